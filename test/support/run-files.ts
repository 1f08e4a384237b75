import { writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { descendantsOf } from './process-tree.ts';

/** What each file of tests begins with. */
const BEGINNINGS = ['compiled-programs.ts', 'processor-time.ts'].map((file) => new URL(file, import.meta.url).href);
/** Of one test. */
const TIMEOUT_PER_TEST_MS = 300_000;
/** A file that takes longer does not come to its end: its process is ended, with all that it has started, and the file has failed. */
const MAX_FILE_MS = 600_000;
/** Of a whole run. */
const TIMEOUT_MS = 60 * 60_000;

/** How a run of files ended: whether all passed, the files in which something failed, whether they say all there is to say, and how long each took. */
export type Ran = { passed: boolean; failed: string[]; isWhole: boolean; tookMs: Map<string, number> };

/**
 * Runs files of tests, each in a process of its own, in the order in which they are given. What the tests print and their results go to
 * the standard output.
 *
 * @param concurrentFiles How many at a time.
 * @param reportFile Where the same text is kept.
 * @param maxFileMs A file whose process takes longer has failed.
 */
export async function runFiles(
  files: readonly string[],
  concurrentFiles: number,
  {
    reportFile,
    interrupted,
    maxFileMs = MAX_FILE_MS,
  }: { reportFile: string; interrupted: AbortSignal; maxFileMs?: number },
): Promise<Ran> {
  if (files.length === 0 || interrupted.aborted)
    return { passed: true, failed: [], isWhole: !interrupted.aborted, tookMs: new Map() };
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(TIMEOUT_MS)]);
  const failed = new Set<string>();
  const tookMs = new Map<string, number>();
  let passed = false;
  const events = run({
    files: [...files],
    concurrency: concurrentFiles,
    timeout: TIMEOUT_PER_TEST_MS,
    execArgv: ['--no-node-snapshot', ...BEGINNINGS.flatMap((beginning) => ['--import', beginning])],
    signal,
  });
  // Each file is told of as a test of its own name. A failing test tells the file that declares it, which may be another.
  const paths = new Map(files.map((file) => [resolve(file), relative('.', file)]));
  const limits = new Map<string, NodeJS.Timeout>();
  events.on('test:dequeue', ({ name, nesting }) => {
    const path = nesting === 0 ? paths.get(resolve(name)) : undefined;
    if (path !== undefined)
      limits.set(
        path,
        setTimeout(() => endFile(path, maxFileMs), maxFileMs),
      );
  });
  events.on('test:complete', ({ name, nesting, details }) => {
    const path = nesting === 0 ? paths.get(resolve(name)) : undefined;
    if (path === undefined) return;
    clearTimeout(limits.get(path));
    tookMs.set(path, details.duration_ms);
    if (!details.passed) failed.add(path);
  });
  events.on('test:summary', ({ file, success }) => {
    if (file === undefined) passed = success;
  });
  let report = '';
  for await (const text of events.compose(new spec()) as AsyncIterable<string | Buffer>) {
    process.stdout.write(text);
    report += text.toString();
  }
  writeFileSync(reportFile, report);
  // Of one that was stopped not all files were run; one that fails without a file has another fault.
  return { passed, failed: [...failed], isWhole: !signal.aborted && passed === (failed.size === 0), tookMs };
}

/** Ends the process of a file of tests, and what that has started. */
function endFile(path: string, maxFileMs: number): void {
  const isOfFile = ({ command }: { command: string }): boolean =>
    command.endsWith(path) || command.endsWith(resolve(path));
  const ofFile = descendantsOf(process.pid).filter(isOfFile);
  process.stdout.write(`${path} is ended: it takes more than ${String(maxFileMs / 1_000)} s\n`);
  for (const { pid } of [...ofFile, ...ofFile.flatMap(({ pid: of }) => descendantsOf(of))]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
}
