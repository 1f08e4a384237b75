import { decodeJwt, type JWTPayload } from 'jose';
import { newClientSecret } from '../../shared/client-secret.ts';
import { messageOf } from '../../shared/errors.ts';
import { delay, openLoop } from '../scale/token-load.ts';
import { startAnother } from '../support/another-service.ts';
import { openManagement, type ApiAnswer, type Management } from '../support/management.ts';
import type { Stack } from '../support/stack.ts';
import { executorMetricsPort, runsToldAt, tellingExecutor, type SandboxRuns } from './isolates-used.ts';
import { addApi, addClient, addGrant } from '../support/tenant-fixtures.ts';

/** A request, and the result it must have: `token`, or the error of a refusal. */
type Asked = { parameters: Record<string, string>; expected: string };

const CLAIM = 'https://soak.example/revision';
/** Which isolate shaped a token: each has a number of its own. */
const ISOLATE_CLAIM = 'https://soak.example/isolate';
const CLIENTS = 12;
const APIS = 3;
const SECRET_OVERLAP_SECONDS = 60;

/** Revisions come again: the number of isolates has a bound that is soon reached. */
export const REVISIONS = 4;

/** The hook does what the request says; each failure ends an isolate or a run in its own way. */
const scriptOf = (revision: number): string => `const claims = {
  ${JSON.stringify(CLAIM)}: ${String(revision)},
  ${JSON.stringify(ISOLATE_CLAIM)}: Math.random(),
};
module.exports = (client, scope, audience, context, cb) => {
  switch (context.body.mode) {
    case 'store': return void context.webtask.storage.get((error, kept) => {
      if (error) return cb(error);
      const done = (failed) => cb(failed, claims);
      context.webtask.storage.set({ times: ((kept && kept.times) || 0) + 1 }, { force: 1 }, done);
    });
    case 'throw': throw new Error('as asked');
    case 'silent': return;
    case 'spin': for (;;);
    case 'hoard': { const kept = []; for (;;) kept.push(new Array(100000).fill(kept.length)); }
  }
  const padding = 'x'.repeat(Number(context.body.bytes));
  setTimeout(() => cb(null, { ...claims, 'https://soak.example/padding': padding }), 5);
};`;

/** Of hooks' results: most are small. */
const RESULT_BYTES = [2_000, 2_000, 2_000, 24_000, 2_000, 2_000, 2_000, 90_000];
const LIMITS = { cpu_ms: 200, wall_ms: 5_000, heap_mib: 32 };

/** How often each thing is done. */
const EVERY_MS = {
  failingHook: 700,
  badRequest: 150,
  read: 500,
  store: 1_000,
  hookChange: 7_000,
  secretRotation: 4_000,
  /** An executor beside the stack's own is stopped, and another started. */
  executorRestart: 15_000,
};

export type MixTally = {
  asked: number;
  issued: number;
  /** Refused as it was to be. */
  refused: number;
  lost: number;
  unmodified: number;
  /** What came instead of what was expected, and how often. */
  unexpected: Record<string, number>;
  done: Record<keyof typeof EVERY_MS, number>;
  /** Reads that were answered that a service is away, and served when they were asked again. */
  retried: number;
  /** Requests whose run ends its isolate. */
  ending: number;
  /** Sandbox processes that there were. */
  sandboxes: number;
  runs: SandboxRuns;
};

const READS = ['/clients?per_page=50', '/hooks', '/client-grants?per_page=50', '/logs?per_page=50', '/keys/signing'];
const BAD: { change: Record<string, string>; expected: string }[] = [
  { change: { client_secret: 'wrong' }, expected: 'access_denied' },
  { change: { client_id: 'nobody' }, expected: 'access_denied' },
  { change: { audience: 'https://nowhere.example/' }, expected: 'access_denied' },
  { change: { grant_type: 'password' }, expected: 'unsupported_grant_type' },
  { change: { grant_type: '' }, expected: 'invalid_request' },
];
const FAILING = ['throw', 'silent', 'spin', 'throw', 'hoard'];
/** Of these, those whose isolate serves no more. */
const ENDING = ['silent', 'spin', 'hoard'];

const NO_RUNS: SandboxRuns = { warm: 0, cold: 0, evicted: 0 };
const sumOf = (a: SandboxRuns, b: SandboxRuns, sign = 1): SandboxRuns => ({
  warm: a.warm + sign * b.warm,
  cold: a.cold + sign * b.cold,
  evicted: a.evicted + sign * b.evicted,
});
/** Of an executor whose sandbox process is no more, or must not be any more. */
const REPLACED = /another is started|another takes its place/;

/** Clients, APIs and a hook, and all that goes on with them until it is stopped. */
export type Mix = {
  tally: MixTally;
  /** How many isolates have shaped tokens. */
  isolates: () => number;
  /** From here on runs count: management has had each revision loaded once, in an isolate that was given up for that. */
  begin: () => Promise<void>;
  stop: () => Promise<MixTally>;
};

/** Starts the mix: token requests at a steady rate, and what is done every so often. */
export async function startMix(stack: Stack, ratePerSecond: number): Promise<Mix> {
  const api = await openManagement(stack);
  const askers = await prepare(stack);
  const hookId = await makeHook(api);
  const tally: MixTally = {
    asked: 0,
    issued: 0,
    refused: 0,
    lost: 0,
    unmodified: 0,
    unexpected: {},
    done: { failingHook: 0, badRequest: 0, read: 0, store: 0, hookChange: 0, secretRotation: 0, executorRestart: 0 },
    retried: 0,
    ending: 0,
    sandboxes: stack.pidsOf('sandbox').length,
    runs: NO_RUNS,
  };
  const isolates = new Set<unknown>();
  const ownPort = executorMetricsPort(stack.output());
  let before = NO_RUNS;
  const countReplaced = (line: string): void => {
    if (REPLACED.test(line)) tally.sandboxes++;
  };
  const unwatch = stack.onPrinted(countReplaced);
  const ask = async (asked: Asked): Promise<void> => {
    const claims = await askOnce(stack, asked, tally);
    if (claims?.[ISOLATE_CLAIM] !== undefined) isolates.add(claims[ISOLATE_CLAIM]);
  };
  const requestOf = (n: number, more: Record<string, string> = {}): Record<string, string> => ({
    ...(askers[n % askers.length] ?? {}),
    audience: audienceOf(n),
    bytes: String(RESULT_BYTES[n % RESULT_BYTES.length]),
    ...more,
  });

  const actions: Record<keyof typeof EVERY_MS, (n: number) => Promise<unknown>> = {
    failingHook: (n) => {
      const mode = FAILING[n % FAILING.length] ?? '';
      if (ENDING.includes(mode)) tally.ending++;
      return ask({ parameters: requestOf(n, { mode }), expected: 'server_error' });
    },
    badRequest: (n) => {
      const { change, expected } = BAD[n % BAD.length] ?? { change: {}, expected: 'token' };
      return ask({ parameters: { ...requestOf(n), ...change }, expected });
    },
    read: async (n) => {
      const path = READS[n % READS.length] ?? '';
      let answer = await api.call('GET', path);
      // As every client must: it is said of a moment.
      if (answer.status === 503 && answer.headers.has('retry-after')) {
        tally.retried++;
        await delay(1_000 * Number(answer.headers.get('retry-after')));
        answer = await api.call('GET', path);
      }
      expectStatus(`GET ${path}`, answer, 200, tally);
    },
    store: (n) => ask({ parameters: requestOf(n, { mode: 'store' }), expected: 'token' }),
    hookChange: async (n) => {
      const answer = await api.call('PATCH', `/hooks/${hookId}`, { script: scriptOf(n % REVISIONS) });
      expectStatus('PATCH of the hook', answer, 200, tally);
    },
    secretRotation: async (n) => {
      const asker = askers[n % askers.length];
      if (asker === undefined) return;
      const overlap = { overlap_seconds: SECRET_OVERLAP_SECONDS };
      const answer = await api.call('POST', `/clients/${asker.client_id}/rotate-secret`, overlap);
      expectStatus('POST of a secret', answer, 200, tally);
      asker.client_secret = (answer.body as { client_secret: string }).client_secret;
    },
    executorRestart: async () => {
      const { env, port, release } = await tellingExecutor();
      const executor = await startAnother(stack, 'hook-executor', { env, output: countReplaced });
      tally.sandboxes++;
      await delay(EVERY_MS.executorRestart / 2);
      tally.runs = sumOf(tally.runs, await runsToldAt(port));
      const exit = await executor.stop();
      release();
      if (exit !== 0) note(tally, `an executor ended with ${String(exit)}`);
    },
  };

  let running = true;
  const isRunning = (): boolean => running;
  const repeated = (Object.keys(actions) as (keyof typeof EVERY_MS)[]).map(async (what) => {
    for (let n = 0; isRunning(); n++) {
      const nextMs = performance.now() + EVERY_MS[what];
      await actions[what](n);
      tally.done[what]++;
      while (isRunning() && performance.now() < nextMs)
        await delay(Math.min(250, Math.max(1, nextMs - performance.now())));
    }
  });
  let n = 0;
  const load = openLoop(() => ask({ parameters: requestOf(n++), expected: 'token' }), ratePerSecond);
  let stopped: Promise<MixTally> | undefined;
  return {
    tally,
    isolates: () => isolates.size,
    begin: async () => {
      before = await runsToldAt(ownPort);
      tally.runs = NO_RUNS;
    },
    stop: () =>
      (stopped ??= (async () => {
        running = false;
        await Promise.all([load(), ...repeated]);
        unwatch();
        tally.runs = sumOf(tally.runs, sumOf(await runsToldAt(ownPort), before, -1));
        return tally;
      })()),
  };
}

type Credentials = { client_id: string; client_secret: string };

const GRANT_TYPE = 'client_credentials';
const audienceOf = (n: number): string => `https://soak-${String(n % APIS)}.example/`;

async function prepare(stack: Stack): Promise<Credentials[]> {
  const askers = Array.from({ length: CLIENTS }, (_, i) => ({
    client_id: `soak-client-${String(i)}`,
    client_secret: newClientSecret(),
  }));
  for (const { client_id, client_secret } of askers) await addClient(stack, { client_id }, [client_secret]);
  for (let i = 0; i < APIS; i++) {
    await addApi(stack, { id: `soak-api-${String(i)}`, identifier: audienceOf(i), scopes: [{ value: 'read' }] });
    for (const { client_id } of askers) await addGrant(stack, client_id, audienceOf(i), ['read']);
  }
  await stack.announceChange();
  return askers;
}

async function makeHook(api: Management): Promise<string> {
  const hook = { name: 'soak', script: scriptOf(0), triggerId: 'credentials-exchange', enabled: true };
  const { status, body } = await api.call('POST', '/hooks', { ...hook, hookmint: { limits: LIMITS } });
  if (status !== 201) throw new Error(`the hook was not made: ${JSON.stringify(body)}`);
  return (body as { id: string }).id;
}

async function askOnce(
  stack: Stack,
  { parameters, expected }: Asked,
  tally: MixTally,
): Promise<JWTPayload | undefined> {
  tally.asked++;
  try {
    const body = new URLSearchParams({ grant_type: GRANT_TYPE, ...parameters });
    const response = await fetch(`${stack.url}/oauth/token`, { method: 'POST', body });
    const answer = (await response.json()) as { access_token?: string; error?: string };
    const came = answer.access_token === undefined ? (answer.error ?? String(response.status)) : 'token';
    if (came !== expected) note(tally, `${came} instead of ${expected}`);
    else if (answer.access_token === undefined) tally.refused++;
    if (answer.access_token === undefined) return undefined;
    tally.issued++;
    const claims = decodeJwt(answer.access_token);
    if (claims[CLAIM] === undefined) tally.unmodified++;
    return claims;
  } catch (error) {
    tally.lost++;
    note(tally, `no answer: ${messageOf(error instanceof Error ? (error.cause ?? error) : error)}`);
    return undefined;
  }
}

function expectStatus(what: string, { status, body }: ApiAnswer, expected: number, tally: MixTally): void {
  if (status !== expected) note(tally, `${what}: ${String(status)} ${JSON.stringify(body).slice(0, 200)}`);
}

function note(tally: MixTally, what: string): void {
  tally.unexpected[what] = (tally.unexpected[what] ?? 0) + 1;
}
