import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Db } from 'mongodb';
import { messageOf } from '../../shared/errors.ts';
import { connectBus } from '../../shared/bus/connect.ts';
import { DEFAULT_HOOK_LIMITS, type HookLimits } from '../../shared/domain/hook.ts';
import { connectStore } from '../../shared/store/connect.ts';
import { hooksIn } from '../../shared/store/hooks.ts';
import { configChangedSubject } from '../../shared/subjects/config-changed.ts';
import { DEMO_AUDIENCE } from '../../deploy/local/demo-audience.ts';
import { keepForScan } from './canary-run.ts';
import { deployRevision } from './deploy-revision.ts';
import { printedLines, type PrintedLines } from './printed-lines.ts';
import { descendantsOf } from './process-tree.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const START_TIMEOUT_MS = 120_000;
/** The last line of it. */
const BANNER = /^curl /;

export const TENANT = 'demo';

/** Tests call the Management API as fast as they can: its rate is not what they try. */
export const UNLIMITED_MANAGEMENT = { HOOKMINT_MANAGEMENT_RATE_LIMIT_PER_SECOND: '100000' };
/** As users have it: for tests of tools, which must wait when they are told to. */
export const DEFAULT_MANAGEMENT_LIMIT = { HOOKMINT_MANAGEMENT_RATE_LIMIT_PER_SECOND: '' };

export type StackOptions = {
  /** Algorithm of the demo API's tokens. Default: RS256. */
  signingAlg?: 'RS256' | 'ES256';
  /** Script of the enabled hook; `null` for none. Default: the tutorial's. */
  hook?: string | null;
  /** Added to the environment of `npm start`. */
  env?: Record<string, string>;
  /** Kept when the stack stops; default: a temporary folder that goes with it. */
  dataDir?: string;
  /** Whether there is a console; the stack is ready when it is built. Default: false. */
  hasConsole?: boolean;
  /** Further arguments of `npm start`. */
  args?: string[];
};

/** The whole of hookmint as `npm start` runs it, on random ports and a data folder of its own. */
export type Stack = {
  /** Of the gateway, without a slash at the end; HTTPS on `localhost` with `args: ['--tls']`. */
  url: string;
  /** PEM file of who vouches for its certificate, with `--tls`. The `fetch` of the test's own process trusts it already. */
  caFile: string | undefined;
  /** Of the launcher, below which all other processes are. */
  pid: number;
  audience: string;
  clientId: string;
  clientSecret: string;
  /** Of the client that has every scope of the Management API. */
  managementClientId: string;
  managementClientSecret: string;
  dataDir: string;
  /** The `curl` line of the banner. */
  curl: string;
  /** Everything the launcher printed so far. */
  output(): string;
  /** Calls with each line that is printed from now on, until the function it gives is called. */
  onPrinted(watcher: (line: string) => void): () => void;
  /** Resolves when a line that matches has been printed, before or after the call; rejects when none comes, at once when the stack ends. */
  untilPrinted(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** The tenant's database, as its owner. */
  db(): Promise<Db>;
  /** The bus, as the one who sets hookmint up. */
  bus(): Promise<NatsConnection>;
  /** The same in the account of hooks' documents and counted tokens. */
  storageBus(): Promise<NatsConnection>;
  natsUrl: string;
  mongodbUrl: string;
  /** Enables another hook, or none, and resolves when the gateway knows. */
  setHook(code: string | null, limits?: Partial<HookLimits>): Promise<void>;
  /** Tells the gateway that the configuration was changed, and gives it the time to hear it. */
  announceChange(): Promise<void>;
  /** Process ids of a service or server. */
  pidsOf(name: 'gateway' | 'hook-executor' | 'management' | 'signer' | 'nats-server' | 'mongod' | 'sandbox'): number[];
  /** Ends the launcher as Ctrl-C does. */
  stop(): Promise<void>;
  /** The launcher's exit code, once it has ended. */
  exited: Promise<number | null>;
};

/** Ports are free when they are chosen, and may be taken by another test when they are used. */
const STARTS = 3;
const PORT_TAKEN = /Port \d+ cannot be used/;

/** Starts the stack and resolves when its banner is there; rejects with all it printed when it ends before. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  for (let left = STARTS - 1; ; left--) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (left === 0 || !PORT_TAKEN.test(messageOf(error)) || options.args?.includes('--port') === true) throw error;
    }
  }
}

async function startOnce(options: StackOptions): Promise<Stack> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'hookmint-'));
  const args = ['deploy/local/main.ts', '--port', '0', '--data', dataDir, ...(options.args ?? [])];
  if (options.hasConsole !== true) args.push('--no-console');
  if (typeof options.hook === 'string') {
    writeFileSync(join(dataDir, 'hook.js'), options.hook);
    args.push('--hook', join(dataDir, 'hook.js'));
  }
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: {
      ...process.env,
      NATS_URL: '',
      MONGODB_URL: '',
      HOOKMINT_DEMO_SIGNING_ALG: options.signingAlg ?? 'RS256',
      ...UNLIMITED_MANAGEMENT,
      ...options.env,
    },
    // By the channel the launcher hears when this process has ended, however that came.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const printed = printedLines(exited);
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', printed.add);
  }
  const end = async (): Promise<void> => {
    child.kill('SIGINT');
    await exited;
    keepForScan(dataDir, printed.text());
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
  };

  await printed.until(BANNER, START_TIMEOUT_MS).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  if (options.hasConsole === true) {
    await printed.until(/^ {2}Console +|there is no console/, START_TIMEOUT_MS).catch(() => undefined);
  }
  const stack = runningStack({ pid: child.pid ?? 0, dataDir, printed, exited, end, options });
  try {
    if (options.hook === null) await stack.setHook(null);
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

/** What a test does with a stack whose banner has been printed. `end` is called by `stop`, once its own connections are closed. */
export function runningStack({
  pid,
  dataDir,
  printed,
  exited,
  end,
  options = {},
}: {
  pid: number;
  dataDir: string;
  printed: PrintedLines;
  exited: Promise<number | null>;
  end: () => Promise<void>;
  options?: StackOptions;
}): Stack {
  const { env = {} } = options;
  const cleanups: (() => Promise<unknown>)[] = [];
  const valueOf = (pattern: RegExp): string => pattern.exec(printed.text())?.[1] ?? '';
  const secrets = JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8')) as {
    mongodb_passwords: { owner: string };
    nats_nkey_seeds: { setup: string; 'setup-storage': string };
    management_client_id: string;
    management_client_secret: string;
  };
  const caFile = options.args?.includes('--tls') === true ? join(dataDir, 'tls/ca.pem') : undefined;
  if (caFile !== undefined) trust(readFileSync(caFile, 'utf8'));
  const curl = valueOf(/^(curl .*)$/m);
  const natsUrl = valueOf(/^ {2}NATS +(\S+)$/m);
  const mongodbUrl =
    env.MONGODB_URL ?? valueOf(/^ {2}MongoDB +(\S+)$/m).replace('://', `://owner:${secrets.mongodb_passwords.owner}@`);

  const connect = async (user: 'setup' | 'setup-storage'): Promise<NatsConnection> => {
    const hasUsers = env.NATS_URL === undefined || env.HOOKMINT_NATS_USERS === 'yes';
    const connection = await connectBus(user, {
      NATS_URL: natsUrl,
      NATS_CA_FILE: env.NATS_CA_FILE,
      ...(hasUsers ? { NATS_NKEY_SEED: secrets.nats_nkey_seeds[user] } : {}),
    });
    cleanups.push(() => connection.close());
    return connection;
  };

  let db: Promise<Db> | undefined;
  let bus: Promise<NatsConnection> | undefined;
  let storageBus: Promise<NatsConnection> | undefined;
  const stack: Stack = {
    url: valueOf(/^ {2}Token endpoint +(\S+)\/oauth\/token$/m),
    caFile,
    pid,
    audience: DEMO_AUDIENCE,
    clientId: /client_id=(\S+)/.exec(curl)?.[1] ?? '',
    clientSecret: /client_secret=(\S+)/.exec(curl)?.[1] ?? '',
    managementClientId: secrets.management_client_id,
    managementClientSecret: secrets.management_client_secret,
    dataDir,
    curl,
    natsUrl,
    mongodbUrl,
    output: printed.text,
    onPrinted: printed.watch,
    untilPrinted: printed.until,
    db: () =>
      (db ??= connectStore('test', { MONGODB_URL: mongodbUrl }, TENANT, { isPatient: true }).then((store) => {
        cleanups.push(store.close);
        return store.db;
      })),
    bus: () => (bus ??= connect('setup')),
    storageBus: () => (storageBus ??= connect('setup-storage')),
    setHook: async (code, limits = {}) => {
      const db = await stack.db();
      if (code === null) await hooksIn(db).disable('credentials-exchange');
      else await deployRevision(db, { hook_id: 'test-hook', code, limits: { ...DEFAULT_HOOK_LIMITS, ...limits } });
      await stack.announceChange();
    },
    announceChange: async () => {
      const connection = await stack.bus();
      connection.publish(configChangedSubject(TENANT), JSON.stringify({ collection: 'test', time_ms: Date.now() }));
      await connection.flush();
      await new Promise((resolve) => setTimeout(resolve, 100));
    },
    pidsOf: (name) => descendantsOf(pid).flatMap((below) => (COMMANDS[name].test(below.command) ? [below.pid] : [])),
    stop: async () => {
      // Whatever becomes of them, the processes must end.
      await Promise.allSettled(cleanups.splice(0).map((cleanup) => cleanup()));
      await end();
    },
    exited,
  };
  return stack;
}

/** For all connections of this process from now on. */
function trust(certificate: string): void {
  setDefaultCACertificates([...getCACertificates('default'), certificate]);
}

const COMMANDS = {
  gateway: /services\/gateway\/main/,
  'hook-executor': /services\/hook-executor\/main/,
  // Not of bubblewrap around it.
  sandbox: /^(?!\S*bwrap ).*services\/hook-executor\/sandbox\/main/,
  management: /services\/management\/main/,
  signer: /services\/signer\/main/,
  'nats-server': /\/nats-server /,
  mongod: /\/mongod /,
};
