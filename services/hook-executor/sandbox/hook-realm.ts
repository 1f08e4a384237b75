import ivm from 'isolated-vm';
import type { CodeKind } from '../../../shared/domain/contracts.ts';
import type { HookLimits } from '../../../shared/domain/hook.ts';
import type { RuntimeTexts } from '../isolate/bundle-globals.ts';
import { CONTRACT_TEXTS, guestText } from './contract-texts.ts';
import { createHostFunctions, type HostEvents } from './host-calls/host-functions.ts';

const BOOTSTRAP = guestText('bootstrap.js');

/** As hook-build/hook-script.ts has it, which cannot be read from here: the hook's first line is the script's second. */
const LINE_OFFSET = -1;

export type HookSource = {
  script: string;
  /** Whose contract it is written to. */
  kind: CodeKind;
  secrets: Record<string, string>;
  limits: HookLimits;
  inspected?: Inspected;
};

/** Of a hook that a debugger looks into: what it is told of the script. */
export type Inspected = {
  /** Its address: the author's file, or one beside it of what was made of that. */
  url: string;
  /** Of a script that was made of the author's file: the address of its source map, whose lines are one less than the script's. */
  sourceMapUrl?: string;
  /** Where the debugger is to stop first, counted from 0. */
  stopAt?: { lineNumber: number; columnNumber: number };
};

export type Entry = {
  apply(
    receiver: undefined,
    args: (string | number | boolean)[],
    options: { timeout: number },
  ): Promise<string | undefined>;
};

/** What the host enters the isolate with, see isolate/bootstrap.js. */
export type Entries = Record<'run' | 'fireTimer' | 'takeTimers' | 'settleCall' | 'endRun', Entry>;

export type RealmHost = HostEvents & {
  runtime: RuntimeTexts;
  timeoutMs: number;
  onSettled: (runId: number, text: string, inEntry: boolean) => void;
};

/** What to enter a realm with, and what loads the hook: that gives JSON text when the hook's own code threw or exported no hook. */
export type Realm = { entries: Entries; load: () => Promise<string | undefined> };

/** What one hook is alone in. */
export type OneIsolate = Pick<ivm.Isolate, 'isDisposed' | 'cpuTime' | 'dispose'> & {
  /** Whether the host can work while the hook waits for it. */
  hasOwnThread: boolean;
  openRealm(source: HookSource, host: RealmHost): Promise<Realm>;
};

/** @param heapMib Most that its heap may hold. */
export type OpenIsolate = (heapMib: number) => OneIsolate;

export const v8Isolate: OpenIsolate = (heapMib) => {
  const isolate = new ivm.Isolate({
    memoryLimit: heapMib,
    // V8 could not even unwind: nothing in this process can be trusted to go on. The executor starts another.
    onCatastrophicError: () => process.abort(),
  });
  return {
    hasOwnThread: true,
    get isDisposed() {
      return isolate.isDisposed;
    },
    get cpuTime() {
      return isolate.cpuTime;
    },
    dispose: () => isolate.dispose(),
    openRealm: (source, host) => openRealm(isolate, source, host),
  };
};

/**
 * Makes the one realm of an isolate: the bootstrap, the runtime's globals, and the hook itself.
 *
 * @throws What V8 has to say of a script that does not compile, or that met a limit.
 */
async function openRealm(
  isolate: ivm.Isolate,
  { script: text, kind, secrets, limits }: HookSource,
  host: RealmHost,
): Promise<Realm> {
  const timeout = host.timeoutMs;
  const context = await isolate.createContext();
  const callbacks = hostCallbacks(host, host.runtime.libraries);
  const settled = (id: unknown, outcome: unknown, inEntry: unknown): void => {
    if (typeof id === 'number' && typeof outcome === 'string') host.onSettled(id, outcome, inEntry === true);
  };
  const names = Object.keys(callbacks).map((name, i) => `${name}: $${String(i + 1)}`);
  const realm = await context.evalClosure(
    `return (${BOOTSTRAP})($0, { ${names.join(', ')} }, ${host.runtime.globals}, ${CONTRACT_TEXTS[kind]}, ${String(limits.wall_ms)})`,
    [new ivm.Callback(settled, { ignored: true }), ...Object.values(callbacks)],
    { result: { reference: true }, filename: 'hookmint:runtime', timeout },
  );
  const script = await isolate.compileScript(text, { filename: 'hook.js', lineOffset: LINE_OFFSET });
  const factory: ivm.Reference = await script.run(context, { reference: true, timeout });
  script.release();
  const entry = (name: string) => realm.get(name, { reference: true }) as Promise<Entry>;
  const entries = {
    run: await entry('run'),
    fireTimer: await entry('fireTimer'),
    takeTimers: await entry('takeTimers'),
    settleCall: await entry('settleCall'),
    endRun: await entry('endRun'),
  };
  const enter: ivm.Reference = await realm.get('load', { reference: true });
  realm.release();
  const load = async (): Promise<string | undefined> => {
    const values = [factory.derefInto({ release: true }), JSON.stringify(secrets)];
    const error: unknown = await enter.apply(undefined, values, { timeout });
    enter.release();
    return typeof error === 'string' ? error : undefined;
  };
  return { entries, load };
}

/** Functions, and nothing else of the host, are what an isolate is given. */
function hostCallbacks(events: HostEvents, libraries: RuntimeTexts['libraries']): Record<string, ivm.Callback> {
  const { ignored, sync } = createHostFunctions(events, libraries);
  return {
    ...Object.fromEntries(Object.entries(ignored).map(([name, fn]) => [name, new ivm.Callback(fn, { ignored: true })])),
    ...Object.fromEntries(Object.entries(sync).map(([name, fn]) => [name, new ivm.Callback(fn, { sync: true })])),
  };
}
