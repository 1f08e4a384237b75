import { spawnSync } from 'node:child_process';

/** `npm run check`: types, lint, format, nothing unused, no known advisory, one Node. Each is run, also after another has failed. */
const CHECKS: [name: string, ...command: string[]][] = [
  ['types of the API for the console', 'console/openapi.ts'],
  ['types', 'node_modules/typescript/bin/tsc', '--noEmit'],
  ['types of guest code', 'node_modules/typescript/bin/tsc', '--project', 'tsconfig.guest.json'],
  ['types of the console', 'node_modules/typescript/bin/tsc', '--project', 'console/src'],
  ['lint', 'node_modules/eslint/bin/eslint.js', '.'],
  ['format', 'node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'],
  ['unused', 'node_modules/knip/bin/knip.js'],
  ['advisories', 'deploy/audit/main.ts', '--where-possible'],
  ['node', 'deploy/node/main.ts'],
];

const failed = CHECKS.filter(([name, ...command]) => {
  const startedMs = performance.now();
  const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  process.stdout.write(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n`);
  return status !== 0;
});
process.exitCode = failed.length === 0 ? 0 : 1;
