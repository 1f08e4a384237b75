import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startService } from '../../deploy/local/service-process.ts';
import { createBatchRequester, remoteErrorOf, type BatchRequester } from '../../shared/bus/batch-requester.ts';
import { DEFAULT_HOOK_LIMITS, HookRevisionContent, revisionAddress } from '../../shared/domain/hook.ts';
import { HookmintError } from '../../shared/errors.ts';
import {
  TokenRequestedReply,
  tokenRequestedSubject,
  type TokenRequested,
} from '../../shared/subjects/token-requested.ts';
import { temporaryDir } from '../contract/servers-fixtures.ts';
import { startPlainBus, type PlainBus } from '../contract/bus-fixtures.ts';

const CAPACITY = 64;
/** One hook alone gets so many of them. */
const LONE_SHARE = 48;
const SECONDS = 3;
/** A quick hook's answer beside hooks that run away on all cores; alone it takes 2 ms. */
const MAX_P99_MS = 1_000;
const MAX_REFUSAL_P50_MS = 250;

let bus: PlainBus;
let requester: BatchRequester<TokenRequested, TokenRequestedReply>;

const cleanup = new AsyncDisposableStack();
before(async () => {
  bus = await startPlainBus();
  cleanup.defer(() => bus.end());
  const env = { NATS_URL: bus.url, HOOKMINT_TENANT: 'demo', HOOKMINT_EXECUTOR_MAX_IN_FLIGHT: String(CAPACITY) };
  const executor = await startService({
    name: 'hook-executor',
    env: { ...env, LOG_LEVEL: 'error' },
    secretsDir: temporaryDir(),
    output: () => undefined,
    onExit: () => undefined,
  });
  cleanup.defer(executor.stop);
  requester = createBatchRequester({
    connection: await bus.connect('gateway'),
    service: 'gateway',
    subject: tokenRequestedSubject('demo'),
    replySchema: TokenRequestedReply,
  });
  cleanup.defer(requester.close);
});
after(() => cleanup.disposeAsync());

type Ended = { status: string; tookMs: number };
type HookInTest = ReturnType<typeof hookOf>;

function hookOf(id: string, body: string, wallMs = 4_000) {
  const code = `module.exports = function (client, scope, audience, context, cb) {${body}\n};`;
  const limits = { ...DEFAULT_HOOK_LIMITS, wall_ms: wallMs };
  const content = HookRevisionContent.parse({ hook_id: id, code, limits });
  const revision = { revision: revisionAddress(content), ...content };
  const client = { id: 'client', name: 'name', tenant: 'demo', metadata: {} };
  const argumentsOfHook = JSON.stringify({ client, audience: 'urn:api', body: {}, request: { requested_scopes: [] } });
  const event = { hook: { id, name: id, revision: revision.revision }, arguments: argumentsOfHook };
  return { event, revision, wallMs };
}

async function run({ event, revision, wallMs }: HookInTest): Promise<Ended> {
  const startedMs = performance.now();
  const deadlineMs = Date.now() + wallMs + 1_000;
  const ended = (status: string): Ended => ({ status, tookMs: performance.now() - startedMs });
  try {
    let reply = await requester.request(event, deadlineMs);
    if (reply.kind === 'revision_missing') reply = await requester.request({ ...event, revision }, deadlineMs);
    return ended(reply.kind === 'outcome' ? reply.outcome.status : reply.kind);
  } catch (error) {
    assert(error instanceof HookmintError);
    return ended(remoteErrorOf(error)?.code ?? error.code);
  }
}

/** Closed-loop callers of a hook; whoever is refused asks again a little later, as a client does that does not listen. */
function load(hook: HookInTest, callers: number): { stop: () => Promise<Ended[]>; soFar: Ended[] } {
  const soFar: Ended[] = [];
  let running = true;
  const done = Promise.all(
    Array.from({ length: callers }, async () => {
      while (running) {
        const ended = await run(hook);
        soFar.push(ended);
        if (ended.status !== 'ok') await delay(25);
      }
    }),
  );
  return {
    soFar,
    stop: async () => {
      running = false;
      await done;
      return soFar;
    },
  };
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function percentile(values: number[], p: number): number {
  return values.sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * p))] ?? NaN;
}

const count = (all: Ended[], status: string): number => all.filter((one) => one.status === status).length;
const took = (all: Ended[], status: string): number[] =>
  all.filter((one) => one.status === status).map(({ tookMs }) => tookMs);

/** What became of a quick hook's calls beside others. */
async function besides(what: string, hogs: HookInTest[], callers: number): Promise<{ quick: Ended[]; hog: Ended[] }> {
  const quickHook = hookOf('quick', 'cb(null, {});');
  await run(quickHook);
  const loads = hogs.map((hog) => load(hog, callers));
  await delay(1_000);
  const quickLoad = load(quickHook, 4);
  await delay(SECONDS * 1_000);
  const quick = await quickLoad.stop();
  const hog = (await Promise.all(loads.map(({ stop }) => stop()))).flat();
  const ok = took(quick, 'ok');
  process.stdout.write(
    `faults: fairness: beside ${what}: ${String(ok.length)} runs of another hook, ${String(quick.length - ok.length)} refused, ` +
      `p50 ${percentile(ok, 0.5).toFixed(1)} ms, p99 ${percentile(ok, 0.99).toFixed(1)} ms\n`,
  );
  return { quick, hog };
}

describe('a hook is not starved', () => {
  it('by one that waits, and floods: that is refused at once beyond its share', async () => {
    const waiting = hookOf('waiting', 'setTimeout(() => cb(null, {}), 2_500);');
    const { quick, hog } = await besides('one that waits and floods', [waiting], 200);
    assert.equal(count(quick, 'ok'), quick.length, 'none is refused');
    assert(quick.length > 100, String(quick.length));
    assert(percentile(took(quick, 'ok'), 0.99) < MAX_P99_MS);
    assert.deepEqual(new Set(hog.map(({ status }) => status)), new Set(['ok', 'overloaded']));
    // Two rounds of 2.5 s began, of which none had more than the share.
    assert(count(hog, 'ok') >= LONE_SHARE && count(hog, 'ok') <= 3 * LONE_SHARE, String(count(hog, 'ok')));
    assert(percentile(took(hog, 'overloaded'), 0.5) < MAX_REFUSAL_P50_MS);
  });

  it('by some that run away, on more threads than there are cores', async () => {
    const hogs = Array.from({ length: 6 }, (_, n) => hookOf(`runaway-${String(n)}`, 'for (;;);'));
    const { quick, hog } = await besides('six that run away', hogs, 6);
    assert.equal(count(quick, 'ok'), quick.length, 'none is refused');
    assert(quick.length > 20, String(quick.length));
    assert(percentile(took(quick, 'ok'), 0.99) < MAX_P99_MS);
    assert.equal(count(hog, 'ok'), 0);
  });

  it('and alone has three quarters of the places', async () => {
    const waiting = hookOf('alone', 'setTimeout(() => cb(null, {}), 500);');
    const ended = await Promise.all(Array.from({ length: CAPACITY }, () => run(waiting)));
    // Those that ask for the code hold a place too, for a moment.
    assert(count(ended, 'ok') <= LONE_SHARE, String(count(ended, 'ok')));
    const again = await Promise.all(Array.from({ length: CAPACITY }, () => run(waiting)));
    assert.deepEqual([count(again, 'ok'), count(again, 'overloaded')], [LONE_SHARE, CAPACITY - LONE_SHARE]);
  });
});
