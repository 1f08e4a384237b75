import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { costsOfBench, MEASURED_CPU_MS, MEMORY_MIB } from './costs.ts';
import { ASSUMPTIONS, inRegions, type Sizing } from './model.ts';

/**
 * `npm run sizing`: what so many tokens a second need, by calculation from what one costs. `--rates 1000,10000`, `--regions N`,
 * `--alg RS256`; `--bench FILE`: the output of `npm run bench -- --profile --json` in the place of the figures of docs/performance.md.
 */
const { values } = parseArgs({
  options: {
    rates: { type: 'string', default: '1000,10000,100000' },
    regions: { type: 'string', default: '1,3' },
    alg: { type: 'string', default: 'ES256' },
    bench: { type: 'string' },
  },
});
const numbers = (text: string): number[] => text.split(',').map(Number);
const [rates, regions] = [numbers(values.rates), numbers(values.regions)];
if ([...rates, ...regions].some((value) => !(value > 0)) || (values.alg !== 'RS256' && values.alg !== 'ES256')) {
  process.stderr.write('--rates and --regions take numbers with commas between, --alg RS256 or ES256\n');
  process.exit(2);
}
const costs = values.bench === undefined ? MEASURED_CPU_MS : costsOfBench(readFileSync(values.bench, 'utf8'));
const cpu = costs[values.alg];

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const scaled = (value: number, units: readonly string[]): string => {
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(value, 1)) / 3));
  return `${(value / 1_000 ** step).toPrecision(3)} ${units[step] ?? ''}`;
};
const bytes = (value: number): string => scaled(value, ['B', 'kB', 'MB', 'GB', 'TB']);
const share = (value: number): string => `${whole.format(value * 100)} %`;

const ROWS: [string, (sizing: Sizing) => string][] = [
  ['clients, one token in ten minutes', ({ clients }) => whole.format(clients)],
  ['cores, all processes', ({ cores }) => cores.toFixed(1)],
  ['gateways', ({ pods }) => whole.format(pods.gateway)],
  ['hook-executors', ({ pods }) => whole.format(pods['hook-executor'])],
  ['signers', ({ pods }) => whole.format(pods.signer)],
  [
    'memory of all pods',
    ({ pods }) =>
      bytes(
        Object.entries(pods).reduce((sum, [name, count]) => sum + count * MEMORY_MIB[name as keyof typeof pods], 0) *
          1_048_576,
      ),
  ],
  ['messages of NATS a second', ({ natsMessagesPerSecond }) => whole.format(natsMessagesPerSecond)],
  ['bytes of NATS a second', ({ natsBytesPerSecond }) => bytes(natsBytesPerSecond)],
  ['a cluster of three NATS servers', ({ natsShareUsed }) => share(natsShareUsed)],
  ['bytes of events a second, three copies', ({ streamBytesPerSecond }) => bytes(streamBytesPerSecond)],
  ['the one management that makes logs', ({ managementShareUsed }) => share(managementShareUsed)],
  ["MongoDB's primary", ({ mongodShareUsed }) => share(mongodShareUsed)],
  ['logs a day', ({ logBytesPerDay }) => bytes(logBytesPerDay)],
  ['reads of MongoDB a second', ({ mongodReadsPerSecond }) => whole.format(mongodReadsPerSecond)],
];

for (const count of regions) {
  const sizings = rates.map((rate) => inRegions(rate, count, cpu));
  process.stdout.write(
    `\n${values.alg}, ${String(count)} region${count === 1 ? '' : `s, each with a part`} of the tokens a second\n\n` +
      `| | ${rates.map((rate) => whole.format(rate)).join(' | ')} |\n|---|${rates.map(() => '--:|').join('')}\n` +
      ROWS.map(([name, cell]) => `| ${name} | ${sizings.map(cell).join(' | ')} |\n`).join(''),
  );
}
process.stdout.write(`\nAssumed: ${JSON.stringify(ASSUMPTIONS)}\nCPU ms a token: ${JSON.stringify(cpu)}\n`);
