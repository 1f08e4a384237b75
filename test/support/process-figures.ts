import { readdirSync, readFileSync } from 'node:fs';

/** What a process holds at one moment. */
export type ProcessFigures = {
  rssMib: number;
  /** Open files, sockets and pipes. */
  handles: number;
  threads: number;
  /** Mapped regions of memory: every V8 isolate has some of its own, so those of a sandbox tell of its isolates. */
  maps: number;
};

/**
 * Reads a process's figures from /proc.
 *
 * @throws when the process is gone, and elsewhere than on Linux.
 */
export function figuresOf(pid: number): ProcessFigures {
  const proc = `/proc/${String(pid)}`;
  const status = readFileSync(`${proc}/status`, 'utf8');
  const valueOf = (name: string): number => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1]);
  return {
    rssMib: valueOf('VmRSS') / 1_024,
    handles: readdirSync(`${proc}/fd`).length,
    threads: valueOf('Threads'),
    maps: readFileSync(`${proc}/maps`, 'utf8').split('\n').length - 1,
  };
}
