import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { SERVICES } from '../../deploy/local/service-env.ts';
import { messageOf } from '../../shared/errors.ts';
import { describeMachine } from '../bench/machine.ts';
import { startStack } from '../support/stack.ts';
import { BUSY_HOOK, measureExecutors, speedUp, waitingHook, type Throughput } from './executors.ts';
import { LARGE, SMALL } from './fill-tenant.ts';
import {
  askInTurn,
  CLAIM,
  listsOf,
  memoryOf,
  startTenant,
  startUpOf,
  sweep,
  tookMsOf,
  type Tenant,
} from './large-tenant.ts';
import { tallyOf } from './token-load.ts';

/** `npm run scale`: the long forms of test/scale, whose figures are those of docs/scaling.md. */
const HELP = `Measures what more executors give, and what a large tenant costs (Linux only).

  npm run scale -- executors [--executors N] [--seconds N]
  npm run scale -- tenant [--rate N] [--seconds N]

  executors       tokens per second of 1 to N executors (default 2): of a hook that waits, and of one that computes
  tenant          20,000 clients, 500 APIs and 200 hooks against 20 clients
  --seconds N     length of each measured leg (default 10)
  --rate N        token requests a second of each tenant (default 50)
`;

/** Cores that gateway, signer, servers and the load take while executors compute. */
const CORES_OF_THE_REST = 2;
const WAITING = { maxInFlight: 8, waitMs: 300, offeredPerSecondOfEach: 55 };
const BUSY_CLIENTS_OF_EACH = 8;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const progress = (line: string): void => void process.stderr.write(`scale: ${line}\n`);

async function executors(most: number, seconds: number): Promise<void> {
  await using cleanup = new AsyncDisposableStack();
  const stack = await startStack({ args: ['--executors', '0'] });
  cleanup.defer(() => stack.stop());
  const steps = [...Array.from({ length: most }, (_, i) => i + 1), 1];
  const legs = { steps, warmUpMs: 2_000, measuredMs: seconds * 1_000, progress };
  progress('a hook that waits');
  const waiting = await measureExecutors(stack, {
    ...legs,
    hook: waitingHook(WAITING.waitMs),
    maxInFlight: WAITING.maxInFlight,
    pace: { ratePerSecond: WAITING.offeredPerSecondOfEach * most },
  });
  say(
    `A hook that waits ${String(WAITING.waitMs)} ms, ${String(WAITING.maxInFlight)} runs at a time in each executor:`,
  );
  sayThroughput(waiting, most);
  progress('a hook that computes');
  const busy = await measureExecutors(stack, {
    ...legs,
    hook: BUSY_HOOK,
    limits: { cpu_ms: 5_000 },
    pace: { clients: BUSY_CLIENTS_OF_EACH * most },
  });
  say('A hook that computes, one sandbox process in each executor:');
  sayThroughput(busy, most);
  const needed = most + CORES_OF_THE_REST;
  if (availableParallelism() < needed) {
    say(
      `This machine has ${String(availableParallelism())} cores. ${String(most)} executors that compute, with all else that takes part, need ${String(needed)}: the second figure is the machine's, not the executors'.`,
    );
  }
}

function sayThroughput(measured: readonly Throughput[], most: number): void {
  for (const { executors: count, tokensPerSecond } of measured) {
    say(`  ${String(count).padStart(2)} executors  ${tokensPerSecond.toFixed(1).padStart(8)} tokens/s`);
  }
  for (let count = 2; count <= most; count++)
    say(`  ${String(count)} against 1: ${speedUp(measured, count).toFixed(2)} x`);
}

async function tenant(ratePerSecond: number, seconds: number): Promise<void> {
  await using cleanup = new AsyncDisposableStack();
  progress('starting and filling both tenants');
  const tenants = await Promise.all(
    [LARGE, SMALL].map(async (size) => {
      const started = await startTenant(size);
      cleanup.defer(() => started.stack.stop());
      return started;
    }),
  );
  const [large, small] = tenants as [Tenant, Tenant];
  say('Start-up, all services at once, s: large (small)');
  const [up, upSmall] = await Promise.all([startUpOf(large), startUpOf(small)]);
  for (const name of SERVICES)
    say(`  ${name.padEnd(14)} ${(up[name] / 1_000).toFixed(1)} (${(upSmall[name] / 1_000).toFixed(1)})`);
  await askInTurn(tenants, 2 * ratePerSecond, 5_000);
  for (const what of ['nothing is in memory', 'all is in memory']) {
    say(`Token requests, ${String(ratePerSecond)}/s of each tenant, ms; of the large one ${what}: large (small)`);
    for (let round = 0; round < 3; round++) {
      const [ofLarge = [], ofSmall = []] = await askInTurn(tenants, 2 * ratePerSecond, seconds * 1_000);
      const figure = (percent: number): string =>
        `${tookMsOf(ofLarge, percent).toFixed(1)} (${tookMsOf(ofSmall, percent).toFixed(1)})`;
      say(`  p50 ${figure(50)}  p99 ${figure(99)}  ${JSON.stringify(tallyOf(ofLarge, CLAIM))}`);
    }
    if (what === 'all is in memory') break;
    progress('a token for each client and API of the large tenant');
    say(JSON.stringify(tallyOf(await sweep(large, LARGE.clients * LARGE.apisOfClient), CLAIM)));
  }
  say('Memory, MiB: large (small)');
  const [memory, memorySmall] = [memoryOf(large), memoryOf(small)];
  for (const [name, mib] of Object.entries(memory)) {
    say(`  ${name.padEnd(14)} ${mib.toFixed(0)} (${memorySmall[name as keyof typeof memory].toFixed(0)})`);
  }
  say('Lists of the Management API, ms');
  for (const { path, ms, items } of await listsOf(large))
    say(`  ${ms.toFixed(0).padStart(4)}  ${String(items).padStart(4)} items  ${path}`);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      executors: { type: 'string', default: '2' },
      seconds: { type: 'string', default: '10' },
      rate: { type: 'string', default: '50' },
      help: { type: 'boolean', default: false },
    },
  });
  const [what] = positionals;
  if (values.help || (what !== 'executors' && what !== 'tenant')) {
    process.stdout.write(HELP);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const seconds = wholeNumber('--seconds', values.seconds, 1, 600);
  say(`${describeMachine('of the measurement itself').join('\n')}\n`);
  if (what === 'executors') await executors(wholeNumber('--executors', values.executors, 2, 16), seconds);
  else await tenant(wholeNumber('--rate', values.rate, 1, 5_000), seconds);
}

function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new Error(`${option} must be a whole number from ${String(min)} to ${String(max)}, not "${text}"`);
  }
  return value;
}

await main().catch((error: unknown) => {
  process.stderr.write(`scale: ${messageOf(error)}\n`);
  process.exitCode = 1;
});
