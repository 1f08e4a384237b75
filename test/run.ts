import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { obtainMongod } from '../deploy/local/servers/mongod-binary.ts';
import { obtainNats } from '../deploy/local/servers/nats-binary.ts';
import { LENDER_VARIABLE } from './support/borrow-stack.ts';
import { OUTPUT_DIR_VARIABLE, REPORT_ENDING, scanRun } from './support/canary-run.ts';
import { lendStacks } from './support/lend-stacks.ts';

/**
 * The tests, against real servers, in two stages. A secret that shows up in anything that was printed fails the run too.
 *   npm test                          the everyday stage
 *   npm run test:long                 faults, scale and soak
 *   npm test -- test/unit/x.test.ts   these files, of either stage
 */
/** The longest files first, the shortest last, so that none is waited for at the end. */
const EVERYDAY_SUITES = ['conformance', 'contract', 'e2e', 'corpus', 'attacks', 'unit'];
const LONG_SUITES = ['soak', 'faults', 'scale'];
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
    { stdio: 'inherit', timeout: TIMEOUT_MS },
  );
  const [code] = (await once(running, 'exit')) as [number | null];
  return code ?? 1;
}

const codes = [
  await run(
    files.filter((file) => !isAlone(file)),
    CONCURRENT_FILES,
  ),
  await run(files.filter(isAlone), 1),
];
await lender.close();
const { shown, summary } = scanRun(outputDir);
process.stdout.write(`${[...shown, summary].join('\n')}\n`);
process.exitCode = shown.length > 0 || isInterrupted() ? 1 : Math.max(...codes);
rmSync(outputDir, { recursive: true, force: true });
