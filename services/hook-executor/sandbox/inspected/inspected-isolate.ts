import { Session } from 'node:inspector';
import { constants, createContext, Script } from 'node:vm';
import { CONTRACT_TEXTS, guestText } from '../contract-texts.ts';
import { createHostFunctions } from '../host-calls/host-functions.ts';
import type {
  Entries,
  Entry,
  HookSource,
  Inspected,
  OneIsolate,
  OpenIsolate,
  Realm,
  RealmHost,
} from '../hook-realm.ts';

/** What stacks do not have, as those of isolates do not: author-view.ts leaves it out. */
const RUNTIME = 'hookmint:runtime';
const FIRST = guestText('inspected.js');
const BOOTSTRAP = guestText('bootstrap.js');

/** Before the first line of a script that is the author's file as it stands. */
const HEADER = '(function (exports, require, module, __filename, __dirname) { ';

/** As `v8Isolate`, in a realm of this process, on its thread: no limit of heap, CPU or time ends what runs in it. */
export const inspectedIsolate: OpenIsolate = (): OneIsolate => {
  let isDisposed = false;
  return {
    hasOwnThread: false,
    get isDisposed() {
      return isDisposed;
    },
    get cpuTime() {
      const { user, system } = process.cpuUsage();
      return BigInt(user + system) * 1_000n;
    },
    dispose: () => {
      isDisposed = true;
    },
    openRealm: (source, host) => new Promise((resolve) => resolve(openRealm(source, host))),
  };
};

/** What goes into it are texts, numbers and functions of the realm itself; what comes out is a text or nothing. */
function openRealm({ script, kind, secrets, limits, inspected }: HookSource, host: RealmHost): Realm {
  if (inspected === undefined) throw new Error('a hook without what a debugger is told of it');
  const { url, sourceMapUrl, stopAt } = inspected;
  // As an isolate compiles it, which says what is wrong with it.
  new Script(script, { filename: 'hook.js', lineOffset: -1 });
  const context = createContext(constants.DONT_CONTEXTIFY);
  const evaluate = (text: string, filename = RUNTIME): unknown => new Script(text, { filename }).runInContext(context);

  const isOwnScript = sourceMapUrl !== undefined;
  const first = evaluate(FIRST) as (...given: (string | number)[]) => <F>(f: F) => F;
  const ofRealm = first(url, isOwnScript ? 1 : 0, HEADER.length);
  const { ignored, sync } = createHostFunctions(host, host.runtime.libraries, (answer) => answer);
  const callbacks = Object.entries({ ...ignored, ...sync });
  const settled = (id: unknown, outcome: unknown, inEntry: unknown): void => {
    if (typeof id === 'number' && typeof outcome === 'string') host.onSettled(id, outcome, inEntry === true);
  };
  const parameters = callbacks.map((_, i) => `$${String(i + 1)}`);
  const names = callbacks.map(([name], i) => `${name}: ${String(parameters[i])}`);
  const make = evaluate(
    `(($0, ${parameters.join(', ')}) => (${BOOTSTRAP})($0, { ${names.join(', ')} }, ${host.runtime.globals}, ${CONTRACT_TEXTS[kind]}, ${String(limits.wall_ms)}))`,
  ) as (...given: unknown[]) => Record<keyof Entries | 'load', (...given: unknown[]) => unknown>;
  const realm = make(...[settled, ...callbacks.map(([, f]) => f)].map((f) => ofRealm(f)));

  if (stopAt !== undefined) stopWhere(url, stopAt);
  const factory = evaluate(
    isOwnScript ? `${script}\n//# sourceMappingURL=${sourceMapUrl}` : asFile(script, evaluate),
    url,
  );

  const entry = (name: keyof Entries): Entry => ({
    apply: async (_receiver, given) => {
      // Who enters counts the run in first.
      await Promise.resolve();
      return textOrNothing(realm[name](...given));
    },
  });
  return {
    entries: {
      run: entry('run'),
      fireTimer: entry('fireTimer'),
      takeTimers: entry('takeTimers'),
      settleCall: entry('settleCall'),
      endRun: entry('endRun'),
    },
    load: async () => {
      await Promise.resolve();
      return textOrNothing(realm.load(factory, JSON.stringify(secrets)));
    },
  };
}

const textOrNothing = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The author's lines with the least before the first: the error classes, which hook-build/hook-script.ts has there, are made in another script. */
function asFile(script: string, evaluate: (text: string) => unknown): string {
  const firstLine = script.slice(0, script.indexOf('\n'));
  evaluate(firstLine.slice(firstLine.indexOf('{') + 1));
  return HEADER + script.slice(firstLine.length + 1);
}

/** By a session of this process itself, which has nothing else to do. */
function stopWhere(url: string, place: NonNullable<Inspected['stopAt']>): void {
  const session = new Session();
  session.connect();
  session.post('Debugger.enable');
  session.post('Debugger.setBreakpointByUrl', { url, ...place });
}
