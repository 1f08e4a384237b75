import '../attacks/quiet.ts';
import { hook, hookArguments, revisionOf } from '../attacks/sandbox.ts';
import { holds } from './property.ts';
import { programs } from './property-programs.ts';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { HookOutcome } from '../../shared/domain/hook-outcome.ts';
import type { HookLimits } from '../../shared/domain/hook.ts';
import { openSandboxPool, type SandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import { startStrongestSandbox } from '../support/strongest-wall.ts';

const LIMITS = { cpu_ms: 200, wall_ms: 1_000, heap_mib: 32, result_bytes: 16_384, console_bytes: 2_048 };
/** A shared machine's; the watchdog of a sandbox that does not answer comes within it too. */
const ANSWER_GRACE_MS = 10_000;
const DEADLINE_MS = 30_000;
/** What the console adds to its budget in marks of cut lines. */
const CONSOLE_SLACK = 16;
/** A loop that V8 cannot interrupt ends its process by design, and a machine without time makes others look like one. */
const MAX_ENDED_PROCESSES = 2;

let pool: SandboxPool | undefined;
let started = 0;
before(async () => {
  pool = await openSandboxPool(1, () => {
    started++;
    return startStrongestSandbox();
  });
});
after(() => pool?.close());

function run(code: string, body: Record<string, unknown> = {}, limits: Partial<HookLimits> = {}): Promise<HookOutcome> {
  assert.ok(pool !== undefined);
  return pool.run(revisionOf(code, limits), hookArguments(body), Date.now() + DEADLINE_MS);
}

const INNOCENT = hook(`
  const plain = { keys: Object.keys({}), own: Reflect.ownKeys(globalThis).includes('kept'), text: \`\${[1, [2]]}\` };
  cb(null, { 'https://foo.com/plain': plain, 'https://foo.com/n': context.body.n, scope: scope.concat('extra') });`);
const INNOCENT_RESULT = (n: number): string =>
  `{"https://foo.com/plain":{"keys":[],"own":false,"text":"1,2"},"https://foo.com/n":${String(n)},"scope":["read","extra"]}`;

async function assertInnocent(n: number): Promise<void> {
  const outcome = await run(INNOCENT, { n });
  assert.equal(outcome.status, 'ok', JSON.stringify(outcome));
  assert.deepEqual([outcome.result, outcome.console], [INNOCENT_RESULT(n), []]);
}

function assertWithinLimits(outcome: HookOutcome, tookMs: number): void {
  assert.deepEqual(HookOutcome.parse(outcome), outcome);
  assert.notEqual(outcome.status, 'unavailable', JSON.stringify(outcome));
  assert.ok(tookMs < LIMITS.wall_ms + ANSWER_GRACE_MS, `answered after ${String(tookMs)} ms`);
  const printed = outcome.console.reduce((sum, { text }) => sum + text.length, 0);
  assert.ok(printed <= LIMITS.console_bytes + CONSOLE_SLACK, `${String(printed)} characters`);
  if (outcome.status !== 'ok' || outcome.result === undefined) return;
  assert.ok(Buffer.byteLength(outcome.result) <= LIMITS.result_bytes);
  const result: unknown = JSON.parse(outcome.result);
  assert.ok(typeof result === 'object' && result !== null && !Array.isArray(result), outcome.result.slice(0, 100));
}

const ended = new Map<string, number>();

holds(
  'any program ends in one valid outcome within its limits, and harms no other hook, beside it or after it',
  300,
  fc.asyncProperty(programs, fc.nat(), async (code, n) => {
    const startedMs = performance.now();
    const [outcome] = await Promise.all([run(code, {}, LIMITS), assertInnocent(n)]);
    assertWithinLimits(outcome, performance.now() - startedMs);
    ended.set(outcome.status, (ended.get(outcome.status) ?? 0) + 1);
    await assertInnocent(n);
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  }),
);

test('the programs ended in every way that the grammar has words for, and no sandbox process fell over them', (t) => {
  t.diagnostic(JSON.stringify(Object.fromEntries(ended)));
  for (const status of ['ok', 'denied', 'threw', 'bad_result']) assert.ok((ended.get(status) ?? 0) > 0, status);
  assert.ok(started <= 1 + MAX_ENDED_PROCESSES, `${String(started)} processes were started`);
});

const ECHO = hook(`cb(null, { 'https://x/': (0, eval)('(' + context.body.source + ')') });`);

holds(
  'a value of any kind becomes what JSON makes of it in Node, character by character',
  600,
  fc.asyncProperty(
    fc.oneof(
      fc.jsonValue(),
      fc.object({
        withBoxedValues: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withNullPrototype: true,
        withSparseArray: true,
        withTypedArray: true,
        values: [fc.string({ unit: 'binary' }), fc.double(), fc.boolean(), fc.constantFrom(null, undefined, -0)],
      }),
    ),
    async (value) => {
      // Numbers that JSON would change are told as they are, and reported.
      fc.pre(holdsOnlyNumbersOfJson(value));
      const outcome = await run(ECHO, { source: fc.stringify(value) });
      assert.equal(outcome.status, 'ok', JSON.stringify(outcome));
      assert.equal(outcome.result, JSON.stringify({ 'https://x/': value }));
    },
  ),
);

function holdsOnlyNumbersOfJson(value: unknown): boolean {
  let holds = true;
  JSON.stringify(value, (_, member: unknown) => {
    const number = member instanceof Number ? Number(member) : member;
    if (typeof number === 'number' && (!Number.isFinite(number) || Object.is(number, -0))) holds = false;
    return member;
  });
  return holds;
}

holds(
  'JSON that came with the request goes into the result unchanged',
  300,
  fc.asyncProperty(fc.jsonValue(), async (value) => {
    const outcome = await run(hook(`cb(null, { 'https://x/': context.body.value });`), { value });
    assert.equal(outcome.status, 'ok', JSON.stringify(outcome));
    assert.deepEqual(JSON.parse(outcome.result ?? ''), JSON.parse(JSON.stringify({ 'https://x/': value })));
  }),
);
