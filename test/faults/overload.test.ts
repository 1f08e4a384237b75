import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { enableHook } from '../support/enable-hook.ts';
import { requestToken, type TokenAnswer } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

const EXECUTOR_PLACES = 32;
/** What one hook gets of them. */
const SHARE = 24;
const IN_FLIGHT = 100;
const SLOW_MS = 5_000;
/** Refused at once: not when a place is free again. Ninety requests of one moment on a busy machine take some time all the same. */
const MAX_REFUSAL_P50_MS = SLOW_MS / 2;
const MAX_TOKEN_MS = 2_500;
const MAX_GROWTH_MIB = 64;
const MAX_HEALING_MS = 5_000;
const BUSY = 'Too many requests are under way; try again';

const slow = `module.exports = function (client, scope, audience, context, cb) {
  setTimeout(() => cb(null, { scope }), context.body.warm_up ? 0 : ${String(SLOW_MS)});
};`;
const quick = 'module.exports = function (client, scope, audience, context, cb) { cb(null, { scope }); };';

const stack = withStack({
  hook: slow,
  env: {
    HOOKMINT_EXECUTOR_MAX_IN_FLIGHT: String(EXECUTOR_PLACES),
    HOOKMINT_MAX_REQUESTS_IN_FLIGHT: String(IN_FLIGHT),
  },
});

type Timed = TokenAnswer & { tookMs: number };
async function ask(parameters: Record<string, string> = {}): Promise<Timed> {
  const startedMs = performance.now();
  const answer = await requestToken(stack(), parameters);
  return { ...answer, tookMs: performance.now() - startedMs };
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? NaN;
const withStatus = (answers: Timed[], status: number): Timed[] => answers.filter((answer) => answer.status === status);

/** Checks that all were refused at once, and told when to come again. */
function assertRefusedAtOnce(answers: Timed[]): number {
  for (const { body, headers } of answers) {
    assert.equal(body.error, 'temporarily_unavailable');
    assert.match(headers.get('retry-after') ?? '', /^[1-9]\d*$/);
    assert.equal(headers.get('cache-control'), 'no-store');
  }
  const tookMs = median(answers.map((answer) => answer.tookMs));
  assert(tookMs < MAX_REFUSAL_P50_MS, `${String(tookMs)} ms`);
  return tookMs;
}

function rssMib(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]) / 1024;
}

describe('a flood', () => {
  it('of requests for a slow hook takes its share of the executor; the rest gets 503 at once, and another hook goes on', async () => {
    // Executor and connections: what a cold start costs is not what is measured.
    await Promise.all(Array.from({ length: 60 }, () => ask({ warm_up: '1' })));
    const flood = Promise.all(Array.from({ length: 90 }, () => ask()));
    await delay(1_500);
    // An operator replaces the slow hook while its runs hang.
    await enableHook(stack(), quick);
    const tokens: Timed[] = [];
    for (let n = 0; n < 20; n++) tokens.push(await ask());
    assert.deepEqual(new Set(tokens.map(({ status }) => status)), new Set([200]));
    const slowest = Math.max(...tokens.map(({ tookMs }) => tookMs));
    assert(slowest < MAX_TOKEN_MS, `${String(slowest)} ms`);
    const answers = await flood;
    const [issued, refused] = [withStatus(answers, 200), withStatus(answers, 503)];
    assert.equal(issued.length + refused.length, 90);
    assert.equal(issued.length, SHARE);
    const refusedMs = assertRefusedAtOnce(refused);
    process.stdout.write(
      `faults: flood of a slow hook: 90 asked, ${String(issued.length)} issued, ${String(refused.length)} refused with 503 (p50 ${refusedMs.toFixed(0)} ms), lost 0; ` +
        `another hook meanwhile: 20 asked, 20 issued, slowest ${slowest.toFixed(0)} ms\n`,
    );
  });

  it('that nothing can be done about is bounded in the gateway: 503 at once, no memory, and what it took is answered', async () => {
    await enableHook(stack(), quick);
    const [gateway] = stack().pidsOf('gateway');
    const signers = stack().pidsOf('signer');
    await Promise.all(Array.from({ length: 50 }, () => ask()));
    const beforeMib = rssMib(gateway);
    for (const pid of signers) process.kill(pid, 'SIGSTOP');
    let taken: Promise<Timed[]>;
    const refused: Timed[] = [];
    try {
      taken = Promise.all(Array.from({ length: IN_FLIGHT }, () => ask()));
      await delay(700);
      for (let round = 0; round < 10; round++) {
        refused.push(...(await Promise.all(Array.from({ length: 100 }, () => ask()))));
      }
      assert.equal(
        (await fetch(`${stack().url}/.well-known/jwks.json`)).status,
        200,
        'what needs nobody else is answered',
      );
    } finally {
      for (const pid of signers) process.kill(pid, 'SIGCONT');
    }
    const grownMib = rssMib(gateway) - beforeMib;
    const answers = await taken;
    const issued = withStatus(answers, 200).length;
    assert.equal(issued + withStatus(answers, 503).length, IN_FLIGHT);
    assertRefusedAtOnce(withStatus(refused, 503));
    assert(withStatus(refused, 503).length >= 900, String(withStatus(refused, 503).length));
    assert(grownMib < MAX_GROWTH_MIB, `${grownMib.toFixed(0)} MiB`);
    const busy = refused.filter(({ body }) => body.error_description === BUSY).length;
    assert(busy > 0, 'the gateway itself has refused some');
    // The bus may have given the paused signer up, and takes it back.
    const resumedMs = performance.now();
    while ((await ask()).status !== 200) {
      assert(performance.now() - resumedMs < MAX_HEALING_MS, 'tokens are issued again');
      await delay(50);
    }
    process.stdout.write(
      `faults: flood beside a paused signer: ${String(IN_FLIGHT)} taken, ${String(issued)} issued; 1000 more, ` +
        `${String(withStatus(refused, 503).length)} refused with 503; the gateway grew by ${grownMib.toFixed(0)} MiB\n`,
    );
  });
});
