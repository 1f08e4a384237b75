import { spawn } from 'node:child_process';
import { obtainMongod } from '../deploy/local/servers/mongod-binary.ts';
import { obtainNats } from '../deploy/local/servers/nats-binary.ts';

/**
 * `npm test`: every test, against real servers.
 *   npm test                          all of it
 *   npm test -- test/unit/x.test.ts   these files
 */
const SUITES = ['unit', 'contract', 'conformance', 'e2e', 'corpus', 'faults', 'attacks'];
const CONCURRENT_FILES = 2;
const TIMEOUT_PER_FILE_MS = 300_000;

// Once, and not by every file at the same time.
await Promise.all(
  [obtainNats, obtainMongod].map((obtain) => obtain({ report: (line) => process.stdout.write(`${line}\n`) })),
);

const chosen = process.argv.slice(2);
const files = chosen.length > 0 ? chosen : SUITES.map((suite) => `test/${suite}/**/*.test.ts`);
const runner = spawn(
  process.execPath,
  [
    '--test',
    '--no-node-snapshot',
    `--test-concurrency=${String(CONCURRENT_FILES)}`,
    `--test-timeout=${String(TIMEOUT_PER_FILE_MS)}`,
    ...files,
  ],
  { stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => runner.kill(signal));
runner.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
