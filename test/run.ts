import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { obtainMongod } from '../deploy/local/servers/mongod-binary.ts';
import { obtainNats } from '../deploy/local/servers/nats-binary.ts';
import { OUTPUT_DIR_VARIABLE, REPORT_ENDING, scanRun } from './support/canary-run.ts';

/**
 * `npm test`: every test, against real servers. A secret that shows up in anything that was printed fails the run too.
 *   npm test                          all of it
 *   npm test -- test/unit/x.test.ts   these files
 */
/** The longest files first, the shortest last, so that none is waited for at the end. */
const SUITES = ['soak', 'conformance', 'contract', 'e2e', 'corpus', 'attacks', 'unit'];
/** Their tests bound times of services that have the machine for themselves. */
const SUITES_ALONE = ['faults', 'scale'];
const CONCURRENT_FILES = 2;
const TIMEOUT_PER_FILE_MS = 300_000;
/** A file whose process does not end would be waited for for ever; stopped, the runner names it. */
const TIMEOUT_MS = 40 * 60_000;

// Once, and not by every file at the same time.
await Promise.all(
  [obtainNats, obtainMongod].map((obtain) => obtain({ report: (line) => process.stdout.write(`${line}\n`) })),
);

const outputDir = mkdtempSync(join(tmpdir(), 'hookmint-test-output-'));
let running: ChildProcess | undefined;
let interrupted = false;
const isInterrupted = (): boolean => interrupted;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    interrupted = true;
    running?.kill(signal);
  });
}

/** Runs files of tests, so many at a time; gives the exit code. */
async function run(files: readonly string[], concurrentFiles: number): Promise<number> {
  if (files.length === 0 || isInterrupted()) return 0;
  running = spawn(
    process.execPath,
    [
      '--test',
      '--no-node-snapshot',
      `--test-concurrency=${String(concurrentFiles)}`,
      `--test-timeout=${String(TIMEOUT_PER_FILE_MS)}`,
      ...['stdout', join(outputDir, `${String(concurrentFiles)}${REPORT_ENDING}`)].flatMap((destination) => [
        '--test-reporter=spec',
        `--test-reporter-destination=${destination}`,
      ]),
      ...files,
    ],
    { stdio: 'inherit', timeout: TIMEOUT_MS, env: { ...process.env, [OUTPUT_DIR_VARIABLE]: outputDir } },
  );
  const [code] = (await once(running, 'exit')) as [number | null];
  return code ?? 1;
}

const filesOf = (suites: readonly string[]): string[] => suites.map((suite) => `test/${suite}/**/*.test.ts`);
const chosen = process.argv.slice(2);
const isAlone = (file: string): boolean => SUITES_ALONE.some((suite) => file.split(sep).includes(suite));
const [together, alone] =
  chosen.length === 0
    ? [filesOf(SUITES), filesOf(SUITES_ALONE)]
    : [chosen.filter((file) => !isAlone(file)), chosen.filter(isAlone)];

const codes = [await run(together, CONCURRENT_FILES), await run(alone, 1)];
const { shown, summary } = scanRun(outputDir);
process.stdout.write(`${[...shown, summary].join('\n')}\n`);
process.exitCode = shown.length > 0 || isInterrupted() ? 1 : Math.max(...codes);
rmSync(outputDir, { recursive: true, force: true });
