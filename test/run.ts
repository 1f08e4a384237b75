import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { obtainMongod } from '../deploy/local/servers/mongod-binary.ts';
import { obtainNats } from '../deploy/local/servers/nats-binary.ts';
import { OUTPUT_DIR_VARIABLE, REPORT_FILE, scanRun } from './support/canary-run.ts';

/**
 * `npm test`: every test, against real servers. A secret that shows up in anything that was printed fails the run too.
 *   npm test                          all of it
 *   npm test -- test/unit/x.test.ts   these files
 */
const SUITES = ['unit', 'contract', 'conformance', 'e2e', 'corpus', 'faults', 'attacks', 'scale', 'soak'];
const CONCURRENT_FILES = 2;
const TIMEOUT_PER_FILE_MS = 300_000;

// Once, and not by every file at the same time.
await Promise.all(
  [obtainNats, obtainMongod].map((obtain) => obtain({ report: (line) => process.stdout.write(`${line}\n`) })),
);

const chosen = process.argv.slice(2);
const files = chosen.length > 0 ? chosen : SUITES.map((suite) => `test/${suite}/**/*.test.ts`);
const outputDir = mkdtempSync(join(tmpdir(), 'hookmint-test-output-'));
const runner = spawn(
  process.execPath,
  [
    '--test',
    '--no-node-snapshot',
    `--test-concurrency=${String(CONCURRENT_FILES)}`,
    `--test-timeout=${String(TIMEOUT_PER_FILE_MS)}`,
    ...['stdout', join(outputDir, REPORT_FILE)].flatMap((destination) => [
      '--test-reporter=spec',
      `--test-reporter-destination=${destination}`,
    ]),
    ...files,
  ],
  { stdio: 'inherit', env: { ...process.env, [OUTPUT_DIR_VARIABLE]: outputDir } },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => runner.kill(signal));
runner.on('exit', (code) => {
  const { shown, summary } = scanRun(outputDir);
  process.stdout.write(`${[...shown, summary].join('\n')}\n`);
  process.exitCode = shown.length > 0 ? 1 : (code ?? 1);
  rmSync(outputDir, { recursive: true, force: true });
});
