import { readFileSync } from 'node:fs';

const PAGE_BYTES = 4096;

/** Memory of a process and of those it has started, as Linux counts it; undefined elsewhere. */
export function residentBytes(pid: number): number | undefined {
  try {
    const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8').trim();
    const pids = [pid, ...(children === '' ? [] : children.split(' ').map(Number))];
    return pids.reduce((bytes, each) => bytes + ownBytes(each), 0);
  } catch {
    return undefined;
  }
}

function ownBytes(pid: number): number {
  const [, residentPages] = readFileSync(`/proc/${String(pid)}/statm`, 'utf8').split(' ');
  return Number(residentPages) * PAGE_BYTES;
}
