import { spawnSync } from 'node:child_process';

export type Below = { pid: number; command: string };

/** The processes that one has started, and those that these have, with what each runs. */
export function descendantsOf(root: number): Below[] {
  const table = processTable();
  const below = (parent: number): typeof table =>
    table.filter((entry) => entry.parent === parent).flatMap((entry) => [entry, ...below(entry.pid)]);
  return below(root);
}

function processTable(): (Below & { parent: number })[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid=,command='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    return match === null ? [] : [{ pid: Number(match[1]), parent: Number(match[2]), command: match[3] ?? '' }];
  });
}
