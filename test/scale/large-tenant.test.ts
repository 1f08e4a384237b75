import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SERVICES } from '../../deploy/local/service-env.ts';
import { LARGE, SMALL } from './fill-tenant.ts';
import {
  askInTurn,
  CLAIM,
  listsOf,
  memoryOf,
  queriesDuring,
  startTenant,
  startUpOf,
  sweep,
  tookMsOf,
  type Tenant,
} from './large-tenant.ts';
import { tallyOf } from './token-load.ts';

const RATE_PER_SECOND = 50;
const WARM_UP_MS = 4_000;
const LEG_MS = 6_000;
const MAX_LEGS = 4;

/** Flat, with what two runs on a busy machine differ by anyway. */
const MAX_P99_RATIO = 1.5;
const P99_SLACK_MS = 10;
const START_UP_SLACK_MS = 1_500;
const MAX_LIST_MS = 500;
const SWEPT_REQUESTS = 1_000;
const MAX_GATEWAY_MIB = 400;
const MAX_SERVICE_MIB = 300;

/** Collections that grow with the tenant. */
const GROWING = ['clients', 'resource_servers', 'client_grants', 'hooks', 'hook_revisions'];

let large: Tenant;
let small: Tenant;
const cleanup = new AsyncDisposableStack();
before(async () => {
  large = await startTenant(LARGE);
  cleanup.defer(() => large.stack.stop());
  small = await startTenant(SMALL);
  cleanup.defer(() => small.stack.stop());
});
after(() => cleanup.disposeAsync());

test('services are ready as soon as in a small tenant', async () => {
  const [ofLarge, ofSmall] = await Promise.all([startUpOf(large), startUpOf(small)]);
  const told = SERVICES.map((name) => `${name} ${seconds(ofLarge[name])} s (${seconds(ofSmall[name])} s)`);
  process.stdout.write(`scale: start-up with 20,000 clients (with 20), all at once: ${told.join(', ')}\n`);
  for (const name of SERVICES) assert.ok(ofLarge[name] < 2 * ofSmall[name] + START_UP_SLACK_MS, told.join(', '));
});

test('p99 of token requests spread over 20,000 clients is that of 20 clients', async () => {
  await askInTurn([large, small], RATE_PER_SECOND, WARM_UP_MS);
  const legs: Leg[] = [];
  // What comes of the tenant's size is in every leg, what comes of the machine is not.
  while (legs.length < MAX_LEGS && !legs.some(isFlat)) legs.push(await leg());
  const told = legs.map(({ p99, p50 }) => `p99 ${ms(p99)} ms, p50 ${ms(p50)} ms`).join('; ');
  process.stdout.write(`scale: with 20,000 clients (with 20), ${String(RATE_PER_SECOND)} requests/s: ${told}\n`);
  assert.ok(legs.some(isFlat), told);
});

type Leg = Record<'p99' | 'p50', { large: number; small: number }>;

async function leg(): Promise<Leg> {
  const [ofLarge = [], ofSmall = []] = await askInTurn([large, small], RATE_PER_SECOND, LEG_MS);
  for (const answers of [ofLarge, ofSmall]) {
    const { asked, refused, lost, unmodified } = tallyOf(answers, CLAIM);
    assert.deepEqual({ refused, lost, unmodified }, { refused: 0, lost: 0, unmodified: 0 });
    assert.ok(asked > 100);
  }
  const both = (percent: number) => ({ large: tookMsOf(ofLarge, percent), small: tookMsOf(ofSmall, percent) });
  return { p99: both(99), p50: both(50) };
}

const isFlat = ({ p99 }: Leg): boolean => p99.large <= MAX_P99_RATIO * p99.small + P99_SLACK_MS;
const ms = ({ large, small }: Leg['p99']): string => `${large.toFixed(1)} (${small.toFixed(1)})`;

test('memory is bounded once thousands of clients were served', async () => {
  const { issued, lost, refused } = tallyOf(await sweep(large, SWEPT_REQUESTS), CLAIM);
  assert.deepEqual({ lost, refused }, { lost: 0, refused: 0 });
  assert.ok(issued >= SWEPT_REQUESTS);
  const [ofLarge, ofSmall] = [memoryOf(large), memoryOf(small)];
  const told = Object.entries(ofLarge).map(
    ([name, mib]) => `${name} ${mib.toFixed(0)} (${ofSmall[name as keyof typeof ofSmall].toFixed(0)})`,
  );
  process.stdout.write(`scale: memory with 20,000 clients (with 20): ${told.join(', ')} MiB\n`);
  assert.ok(ofLarge.gateway < MAX_GATEWAY_MIB);
  for (const name of ['hook-executor', 'signer', 'management', 'sandbox'] as const)
    assert.ok(ofLarge[name] < MAX_SERVICE_MIB, told.join(', '));
});

test('every query rests on an index, and lists of the Management API stay quick', async () => {
  const db = await large.stack.db();
  const forTokens = await queriesDuring(db, () => askInTurn([large], 50, 1_000));
  const wide = forTokens.filter(({ collection, documents }) => GROWING.includes(collection) && documents > 1);
  assert.deepEqual(wide, [], 'a token request reads single documents');
  assert.ok(forTokens.length > 50, 'the profiler has seen them');

  let lists: Awaited<ReturnType<typeof listsOf>> = [];
  const forLists = await queriesDuring(db, async () => {
    lists = await listsOf(large);
  });
  const scans = [...forTokens, ...forLists].filter(
    ({ collection, plan }) => GROWING.includes(collection) && plan.includes('COLLSCAN'),
  );
  process.stdout.write(
    `scale: lists of the Management API: ${lists.map((list) => `${list.path} ${list.ms.toFixed(0)} ms`).join(', ')}\n`,
  );
  assert.deepEqual(scans, []);
  for (const list of lists) assert.ok(list.ms < MAX_LIST_MS, `${list.path}: ${String(list.ms)} ms`);
});

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
