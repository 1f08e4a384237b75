/** Where this process is in time, milliseconds: `atMs` by a clock that never goes back, `cpuMs` of CPU it has used. */
export type ProcessTime = { atMs: number; cpuMs: number };

export function processTime(): ProcessTime {
  const { user, system } = process.cpuUsage();
  return { atMs: performance.now(), cpuMs: (user + system) / 1_000 };
}

/** The later of two, in both respects. */
export function later(a: ProcessTime, b: ProcessTime): ProcessTime {
  return { atMs: Math.max(a.atMs, b.atMs), cpuMs: Math.max(a.cpuMs, b.cpuMs) };
}
