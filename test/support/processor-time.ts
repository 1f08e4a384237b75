import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { OUTPUT_DIR_VARIABLE } from './canary-run.ts';

const FILE = 'processor-time.jsonl';
/** Of `/proc/PID/stat`, after the name: of the process and of those it has waited for, each in user's and in system's mode. */
const TIMES = { from: 11, to: 15 };
const TICKS_PER_SECOND = 100;

/** By the files of a run, what each took of the processor with all that it has started and waited for, ms; none where nothing tells it. */
export function processorTimesOf(folder: string): [file: string, ms: number][] {
  const file = join(folder, FILE);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as [string, number]);
}

// Loaded before a file of tests, which is then the process's own.
const folder = process.env[OUTPUT_DIR_VARIABLE];
const file = relative('.', process.argv[1] ?? '');
if (folder !== undefined && isMainThread && file.endsWith('.test.ts') && process.platform === 'linux')
  process.on('exit', () => {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(TIMES.from, TIMES.to).reduce((sum, field) => sum + Number(field), 0);
    const line = JSON.stringify([file, (ticks * 1_000) / TICKS_PER_SECOND]);
    appendFileSync(join(folder, FILE), `${line}\n`);
  });
