import { spawn } from 'node:child_process';
import { once } from 'node:events';

type Check = [name: string, ...command: string[]];

/** Others read what this one writes. */
const FIRST: Check = ['types of the API for the console', 'console/openapi.ts'];
/** The longest first: they are run two at a time, as each has work for one core. */
const CHECKS: Check[] = [
  ['lint', 'node_modules/eslint/bin/eslint.js', '.'],
  ['format', 'node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'],
  ['types', 'node_modules/typescript/bin/tsc', '--noEmit'],
  ['unused', 'node_modules/knip/bin/knip.js'],
  ['types of guest code', 'node_modules/typescript/bin/tsc', '--project', 'tsconfig.guest.json'],
  ['types of the console', 'node_modules/typescript/bin/tsc', '--project', 'console/src'],
  ['advisories', 'deploy/audit/main.ts', '--where-possible'],
  ['node', 'deploy/node/main.ts'],
];
const AT_ONCE = 2;

/** What it prints comes in one piece, when it has ended. */
async function passes([name, ...command]: Check): Promise<boolean> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => printed.push(text));
  const [status] = (await once(child, 'close')) as [number | null];
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  process.stdout.write(Buffer.concat(printed));
  process.stdout.write(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n`);
  return status === 0;
}

/** `npm run check`: types, lint, format, nothing unused, no known advisory, one Node. Each is run, also after another has failed. */
let passed = await passes(FIRST);
const left = CHECKS.values();
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (const check of left) passed = (await passes(check)) && passed;
  }),
);
process.exitCode = passed ? 0 : 1;
