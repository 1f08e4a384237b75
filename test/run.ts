import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { obtainMongod } from '../deploy/local/servers/mongod-binary.ts';
import { obtainNats } from '../deploy/local/servers/nats-binary.ts';
import { LENDER_VARIABLE } from './support/borrow-stack.ts';
import { OUTPUT_DIR_VARIABLE, REPORT_ENDING, scanRun } from './support/canary-run.ts';
import { lendStacks } from './support/lend-stacks.ts';

/**
 * The tests, against real servers, in two stages. A secret that shows up in anything that was printed fails the run too. What failed
 * beside other files is run again alone and named at the end: on a machine that is shared, hooks have less time than their limits promise.
 *   npm test                          the everyday stage
 *   npm run test:long                 faults, scale, soak and the npm package
 *   npm test -- test/unit/x.test.ts   these files, of either stage
 */
/** The longest files first, the shortest last, so that none is waited for at the end. */
const EVERYDAY_SUITES = ['conformance', 'contract', 'e2e', 'corpus', 'attacks', 'unit'];
const LONG_SUITES = ['soak', 'faults', 'scale', 'package'];
/** Tests of these bound times of services that have the machine for themselves: folders, and files. */
const ALONE = [
  'test/faults/',
  'test/scale/',
  'test/soak/hostile.test.ts',
  ...['flood', 'flooding-sandbox', 'long-work', 'slow-clients', 'bus-floods', 'bus-executor-floods'].map(
    (name) => `test/attacks/${name}.test.ts`,
  ),
];
/** More than there are cores, for the time in which a file waits for its processes. */
const CONCURRENT_FILES = Math.min(8, availableParallelism() + 1);
const TIMEOUT_PER_FILE_MS = 300_000;
/** A file whose process does not end would be waited for for ever; stopped, the runner names it. */
const TIMEOUT_MS = 40 * 60_000;
/** As many files are run again when they failed beside others; more of them are no chance. */
const MAX_FILES_AGAIN = 4;
const FAILED_FILES_REPORTER = new URL('./support/failed-files.ts', import.meta.url).href;

const { values, positionals } = parseArgs({ options: { long: { type: 'boolean' } }, allowPositionals: true });
const suites = values.long === true ? LONG_SUITES : EVERYDAY_SUITES;
const patterns = positionals.length > 0 ? positionals : suites.map((suite) => `test/${suite}/**/*.test.ts`);
const files = patterns.flatMap((pattern) => globSync(pattern).sort());
const isAlone = (file: string): boolean =>
  ALONE.some((path) => relative('.', file).split(sep).join('/').startsWith(path));
if (files.length === 0) throw new Error(`No file is called ${patterns.join(' or ')}.`);

// Once, and not by every file at the same time.
await Promise.all(
  [obtainNats, obtainMongod].map((obtain) => obtain({ report: (line) => process.stdout.write(`${line}\n`) })),
);

const outputDir = mkdtempSync(join(tmpdir(), 'hookmint-test-output-'));
process.env[OUTPUT_DIR_VARIABLE] = outputDir;
process.env[LENDER_VARIABLE] = join(outputDir, 'stacks');
const lender = await lendStacks(process.env[LENDER_VARIABLE], CONCURRENT_FILES);
let running: ChildProcess | undefined;
let interrupted = false;
const isInterrupted = (): boolean => interrupted;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    interrupted = true;
    running?.kill(signal);
  });
}

let runs = 0;

/** How a run of files ended: the files in which something failed, and whether it says all there is to say. */
type Ran = { code: number; failed: string[]; isWhole: boolean };

/** Runs files of tests, so many at a time. */
async function run(files: readonly string[], concurrentFiles: number): Promise<Ran> {
  if (files.length === 0 || isInterrupted()) return { code: 0, failed: [], isWhole: !isInterrupted() };
  const report = join(outputDir, String(++runs));
  const reporters = [
    ['spec', 'stdout'],
    ['spec', `${report}${REPORT_ENDING}`],
    [FAILED_FILES_REPORTER, `${report}.failed`],
  ];
  running = spawn(
    process.execPath,
    [
      '--test',
      '--no-node-snapshot',
      // Of the runner itself, when it has three reporters.
      '--disable-warning=MaxListenersExceededWarning',
      `--test-concurrency=${String(concurrentFiles)}`,
      `--test-timeout=${String(TIMEOUT_PER_FILE_MS)}`,
      ...reporters.flatMap(([reporter, destination]) => [
        `--test-reporter=${String(reporter)}`,
        `--test-reporter-destination=${String(destination)}`,
      ]),
      ...files,
    ],
    { stdio: 'inherit', timeout: TIMEOUT_MS },
  );
  const [code] = (await once(running, 'exit')) as [number | null];
  const lines = existsSync(`${report}.failed`) ? readFileSync(`${report}.failed`, 'utf8').split('\n') : [];
  const failed = lines.filter((line) => line !== '');
  // Of one that was stopped not all files were run; one that fails without a file has another fault.
  return { code: code ?? 1, failed, isWhole: !running.killed && (code === 0) === (failed.length === 0) };
}

const [beside, alone] = [files.filter((file) => !isAlone(file)), files.filter(isAlone)];
const first = [await run(beside, CONCURRENT_FILES), await run(alone, 1)];
const failed = first.flatMap((stage) => stage.failed);
const isRunAgain =
  first.every(({ isWhole }) => isWhole) &&
  failed.length > 0 &&
  failed.length <= MAX_FILES_AGAIN &&
  files.length > MAX_FILES_AGAIN;
if (isRunAgain) process.stdout.write(`These failed, and are run again alone: ${failed.join(', ')}\n`);
const last = isRunAgain ? [await run(failed, 1)] : first;
await lender.close();
const { shown, summary } = scanRun(outputDir);
process.stdout.write(`${[...shown, summary].join('\n')}\n`);
process.exitCode = shown.length > 0 || isInterrupted() ? 1 : Math.max(...last.map(({ code }) => code));
rmSync(outputDir, { recursive: true, force: true });
