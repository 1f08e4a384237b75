import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { create } from 'tar';

/** What `helm package` makes of the chart's folder, but the same bytes each time: sorted, without owners, of the time of the commit. */
export async function packChart(folder: string, file: string, committedAt: Date): Promise<void> {
  const parent = join(folder, '..');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(parent, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    // Helm wants to know first what it reads.
    .sort((a, b) => Number(b.endsWith('/Chart.yaml')) - Number(a.endsWith('/Chart.yaml')) || (a < b ? -1 : 1));
  await create({ cwd: parent, file, gzip: { level: 9 }, portable: true, mtime: committedAt, onWriteEntry }, files);
}

/** The mode is the checkout's umask, not the chart's. */
function onWriteEntry(entry: { stat?: { mode: number } }): void {
  if (entry.stat !== undefined) entry.stat.mode = 0o100_644;
}
