import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import process from 'node:process';

/** CPU milliseconds by process label. Processes of one label are added up. */
export type CpuMs = Record<string, number>;

export const loadGeneratorLabel = '(load generator)';

type Stat = { pid: number; parentPid: number; cpuMs: number; childrenCpuMs: number };

/**
 * Starts counting the CPU time, user and system, of the processes below (and at) the given ones, and of the load
 * generator: children of this process that ended in between. Call the result to read it.
 *
 * @throws elsewhere than on Linux: it reads /proc.
 */
export function startCpuClock(rootPids: number[]): () => CpuMs {
  if (process.platform !== 'linux') throw new Error('CPU time by process can be read on Linux only');
  const before = new Map(processTree(rootPids).map((stat) => [stat.pid, stat.cpuMs]));
  const generatorBeforeMs = endedChildrenMs();
  return () => {
    const total: CpuMs = {};
    for (const { pid, cpuMs } of processTree(rootPids)) {
      const name = labelOf(pid);
      total[name] = (total[name] ?? 0) + cpuMs - (before.get(pid) ?? 0);
    }
    total[loadGeneratorLabel] = endedChildrenMs() - generatorBeforeMs;
    return total;
  };
}

function processTree(rootPids: number[]): Stat[] {
  const all = readdirSync('/proc')
    .filter(isPid)
    .map(Number)
    .map(readStat)
    .filter((stat) => stat !== null);
  const inTree = (pids: number[]): Stat[] => {
    const children = all.filter(({ parentPid }) => pids.includes(parentPid));
    return children.length === 0 ? [] : [...children, ...inTree(children.map(({ pid }) => pid))];
  };
  return [...all.filter(({ pid }) => rootPids.includes(pid)), ...inTree(rootPids)];
}

function isPid(name: string): boolean {
  return /^\d+$/.test(name);
}

/** `null` when the process has ended meanwhile. */
function readStat(pid: number): Stat | null {
  const text = readProcFile(pid, 'stat');
  if (text === null) return null;
  // proc_pid_stat(5): the second field is in parentheses and may hold anything; the third follows the last one.
  const [, parent, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = rest.slice(9, 13).map(Number);
  const [user = NaN, system = NaN, childrenUser = NaN, childrenSystem = NaN] = ticks;
  return {
    pid,
    parentPid: Number(parent),
    cpuMs: (user + system) * msPerTick(),
    childrenCpuMs: (childrenUser + childrenSystem) * msPerTick(),
  };
}

function endedChildrenMs(): number {
  return readStat(process.pid)?.childrenCpuMs ?? NaN;
}

let cachedMsPerTick: number | undefined;

function msPerTick(): number {
  return (cachedMsPerTick ??= 1e3 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })));
}

/** A Node process is called after its script, and that after its folder if it is one of many of its name. */
function labelOf(pid: number): string {
  const words = readProcFile(pid, 'cmdline')?.split('\0') ?? [];
  const program = basename(words[0] ?? '');
  // Options name files too, of what a process may read.
  const script = program.startsWith('node') && words.find((word) => /^[^-].*\.[cm]?[jt]s$/.test(word));
  if (script === false || script === undefined) return program || 'ended';
  const name = basename(script).replace(/\.[cm]?[jt]s$/, '');
  return ['main', 'index'].includes(name) ? basename(dirname(script)) : name;
}

function readProcFile(pid: number, name: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return null;
  }
}
