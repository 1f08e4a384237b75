import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { obtainMongod } from '../deploy/local/servers/mongod-binary.ts';
import { programsFolder } from '../deploy/local/programs/programs-folder.ts';
import { obtainNats } from '../deploy/local/servers/nats-binary.ts';
import { LENDER_VARIABLE } from './support/borrow-stack.ts';
import { OUTPUT_DIR_VARIABLE, REPORT_ENDING, scanRun } from './support/canary-run.ts';
import { PROGRAMS_VARIABLE } from './support/compiled-programs.ts';
import { lendStacks } from './support/lend-stacks.ts';
import { processorTimesOf } from './support/processor-time.ts';
import { runFiles, type Ran } from './support/run-files.ts';

/**
 * The tests, against real servers, in two stages. A secret that shows up in anything that was printed fails the run too. What failed
 * beside other files is run again alone and named at the end: on a machine that is shared, hooks have less time than their limits promise.
 *   npm test                          the everyday stage
 *   npm run test:long                 faults, scale, soak and the npm package
 *   npm test -- test/unit/x.test.ts   these files, of either stage
 */
/** The longest files first, the shortest last, so that none is waited for at the end. */
const EVERYDAY_SUITES = ['corpus', 'conformance', 'e2e', 'attacks', 'contract', 'unit'];
const LONG_SUITES = ['package', 'soak', 'faults', 'scale'];
/** The longest of all, as the end of a run tells: they begin. */
const FIRST = ['corpus/corpus', 'attacks/build-paths', 'e2e/cli-deploy', 'attacks/build-packages'].map(
  (name) => `test/${name}.test.ts`,
);
/** Tests of these bound times of services that have the machine for themselves: folders, and files. */
const ALONE = [
  'test/faults/',
  'test/scale/',
  'test/soak/hostile.test.ts',
  ...['flood', 'flooding-sandbox', 'long-work', 'slow-clients', 'bus-floods', 'bus-executor-floods'].map(
    (name) => `test/attacks/${name}.test.ts`,
  ),
];
/** Of their folders, those that wait for what comes about, and have ten times the time on a busy machine or as much as it takes. */
const NOT_ALONE = [
  ...[...['assertions', 'clocks', 'keys', 'quotas'].map((name) => `cluster-${name}`), 'proofs'].map(
    (name) => `test/faults/${name}.test.ts`,
  ),
  'test/scale/console.test.ts',
];
/** Twice as many as there are cores: a file waits for its processes half of its time. */
const CONCURRENT_FILES = Math.min(8, availableParallelism() * 2);
/** As many files are run again when they failed beside others; more of them are no chance. */
const MAX_FILES_AGAIN = 4;
const LONGEST_TOLD = 10;

const { values, positionals } = parseArgs({ options: { long: { type: 'boolean' } }, allowPositionals: true });
const suites = values.long === true ? LONG_SUITES : EVERYDAY_SUITES;
const patterns = positionals.length > 0 ? positionals : suites.map((suite) => `test/${suite}/**/*.test.ts`);
// By their own names: files of one folder, which need the same of the machine, come apart.
const byName = (a: string, b: string): number => basename(a).localeCompare(basename(b));
const found = patterns.flatMap((pattern) => globSync(pattern).sort(byName));
const isIn = (list: readonly string[], file: string): boolean =>
  list.some((path) => relative('.', file).split(sep).join('/').startsWith(path));
const files = [...found.filter((file) => isIn(FIRST, file)), ...found.filter((file) => !isIn(FIRST, file))];
if (files.length === 0) throw new Error(`No file is called ${patterns.join(' or ')}.`);

// Once, and not by every file at the same time.
const [programs] = await Promise.all([
  programsFolder(),
  ...[obtainNats, obtainMongod].map((obtain) => obtain({ report: (line) => process.stdout.write(`${line}\n`) })),
]);
if (programs !== undefined) process.env[PROGRAMS_VARIABLE] = programs;

const outputDir = mkdtempSync(join(tmpdir(), 'hookmint-test-output-'));
process.env[OUTPUT_DIR_VARIABLE] = outputDir;
const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupt.abort());

let runs = 0;

/** Runs files of tests, so many at a time, and lends them stacks. */
async function run(of: readonly string[], concurrentFiles: number): Promise<Ran> {
  const name = join(outputDir, String(++runs));
  process.env[LENDER_VARIABLE] = `${name}.stacks`;
  const lender = await lendStacks(`${name}.stacks`, concurrentFiles);
  const ran = await runFiles(of, concurrentFiles, {
    reportFile: `${name}${REPORT_ENDING}`,
    interrupted: interrupt.signal,
  });
  await lender.close();
  return ran;
}

const isAlone = (file: string): boolean => isIn(ALONE, file) && !isIn(NOT_ALONE, file);
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
/** The files of which there is most. */
function most(of: Iterable<[file: string, ms: number]>): string {
  const longest = [...of].sort(([, a], [, b]) => b - a).slice(0, LONGEST_TOLD);
  return longest.map(([file, ms]) => `${file} ${(ms / 1_000).toFixed(1)} s`).join(', ');
}

const times = processorTimesOf(outputDir);
const sumMs = times.reduce((sum, [, ms]) => sum + ms, 0);
process.stdout.write(`The longest: ${most(first.flatMap(({ tookMs }) => [...tookMs]))}\n`);
if (sumMs > 0)
  process.stdout.write(`Of the processor: ${(sumMs / 1_000).toFixed(1)} s and lent stacks; most by ${most(times)}\n`);
const { shown, summary } = scanRun(outputDir);
process.stdout.write(`${[...shown, summary].join('\n')}\n`);
process.exitCode = shown.length > 0 || interrupt.signal.aborted || last.some(({ passed }) => !passed) ? 1 : 0;
rmSync(outputDir, { recursive: true, force: true });
