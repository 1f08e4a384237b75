import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, platform } from 'node:os';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { Form, Outcome } from './fault.ts';
import type { Group, ToldFault } from './groups.ts';

const FILE = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));
const ROOT = new URL('../../', import.meta.url);

/** Parts of the document that are made: what the faults are, and what came of them. */
type Part = 'faults' | TablePart;
type TablePart = 'figures' | 'figures of the cluster';

/** By a run before it was counted. */
const NOT_COUNTED = '-';

const COLUMNS = [
  'Fault',
  'Lasted',
  'Asked',
  'Issued',
  'Refused',
  'Lost',
  'Unmodified',
  'Events missing',
  'Healed in',
  'Slowest answer',
];

type Table = { part: TablePart; groups: readonly Group[]; columns: readonly string[] };

/** Groups that watch more have a table of their own. */
export function tablesOf(groups: readonly Group[]): Table[] {
  const [plain, watched] = [false, true].map((isWatched) =>
    groups.filter(({ columns }) => columns.length > 0 === isWatched),
  );
  const more = new Set(watched?.flatMap(({ columns }) => columns));
  return [
    { part: 'figures', groups: plain ?? [], columns: COLUMNS },
    { part: 'figures of the cluster', groups: watched ?? [], columns: [...COLUMNS, ...more] },
  ];
}

const asRow = (cells: readonly unknown[]): string => `| ${cells.join(' | ')} |`;
const cellsOf = (row: string): string[] =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

const pattern = (part: Part): RegExp => new RegExp(`(<!-- ${part}: .*? -->\n)[^]*?(<!-- end of ${part} -->)`);

const noMarks = (part: Part): Error => new Error(`docs/reliability.md has no marks of "${part}"`);

/** What the document has between the marks of a part. */
export function partOf(part: Part): string {
  const [whole, begin = '', end = ''] = pattern(part).exec(readFileSync(FILE, 'utf8')) ?? [];
  if (whole === undefined) throw noMarks(part);
  return whole.slice(begin.length, whole.length - end.length).trim();
}

/** A list for each group: what its faults are, and what was allowed. */
export function describeFaults(groups: readonly Group[]): string {
  const item = ({ name, how, allowed }: ToldFault): string => `- **${name}.** ${how} _Allowed:_ ${allowed}`;
  return groups.map(({ title, faults }) => [`### ${title}`, '', ...faults.map(item)].join('\n')).join('\n\n');
}

/** Of a machine that had something else to do the figures tell little. */
const loadBefore = loadavg()[0]?.toFixed(1) ?? 'unknown';

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

function rowOf({ name, lastsMs }: ToldFault, outcome: Outcome, columns: readonly string[], form: Form): string {
  const { asked, issued, refused, lost, unmodified, eventsMissing, healedMs, slowestMs } = outcome;
  const lasted = lastsMs === undefined ? 'a moment' : `${String(lastsMs[form] / 1_000)} s`;
  const counts = [asked, issued, refused, lost, unmodified, eventsMissing];
  const watched = columns.slice(COLUMNS.length).map((column) => outcome.watched[column] ?? NOT_COUNTED);
  return asRow([name, lasted, ...counts, seconds(healedMs), seconds(slowestMs), ...watched]);
}

function machine(): string {
  const { version } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { version: string };
  const cpu = cpus()[0]?.model.trim() ?? 'unknown CPU';
  return (
    `hookmint ${version}, ${new Date().toISOString().slice(0, 10)}, ${String(availableParallelism())} cores (${cpu}), ` +
    `Node ${process.version} on ${platform()}, load average before ${loadBefore}. Services, servers and clients share the cores.`
  );
}

/** Writes the made parts anew; the rest of the document stays, and so do the figures of faults that were not made this time. */
export async function writeDocument(groups: readonly Group[], outcomes: readonly Outcome[], form: Form): Promise<void> {
  const parts: [Part, string][] = [
    ['faults', describeFaults(groups)],
    ...tablesOf(groups).map((table): [Part, string] => [table.part, tableText(table, outcomes, form)]),
  ];
  let text = readFileSync(FILE, 'utf8');
  for (const [part, made] of parts) {
    if (!pattern(part).test(text)) throw noMarks(part);
    text = text.replace(pattern(part), (_, begin: string, end: string) => `${begin}\n${made}\n\n${end}`);
  }
  writeFileSync(FILE, await format(text, { ...(await resolveConfig(FILE)), filepath: FILE }));
}

function tableText({ part, groups, columns }: Table, outcomes: readonly Outcome[], form: Form): string {
  const [before, [madeBefore = '']] = [figures(part), partOf(part).split('\n')];
  const faults = groups.flatMap((group) => group.faults);
  const rows = faults.flatMap((fault) => {
    const outcome = outcomes.find((one) => one.fault === fault.name);
    if (outcome !== undefined) return [rowOf(fault, outcome, columns, form)];
    const row = before.find((one) => one.Fault === fault.name);
    return row === undefined ? [] : [asRow(columns.map((column) => row[column] ?? NOT_COUNTED))];
  });
  const isWhole = faults.every(({ name }) => outcomes.some(({ fault }) => fault === name));
  const header = [asRow(columns), `| --- | --- |${' --: |'.repeat(columns.length - 2)}`];
  return [isWhole ? machine() : madeBefore, '', ...header, ...rows].join('\n');
}

/** The rows of a table of figures, each as its cells by their columns. */
export function figures(part: TablePart): Record<string, string>[] {
  const [header = '', , ...rows] = partOf(part)
    .split('\n')
    .filter((line) => line.startsWith('|'));
  const columns = cellsOf(header);
  return rows.map((row) => {
    const cells = cellsOf(row);
    return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']));
  });
}
