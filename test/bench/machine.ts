import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import process from 'node:process';

/** What the figures depend on besides the code, one line each. */
export function describeMachine(generator: string): string[] {
  const gibibytes = (totalmem() / 2 ** 30).toFixed(1);
  return [
    `date            ${new Date().toISOString()}`,
    `CPU             ${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores, load average ${loadAverage()}`,
    `memory          ${gibibytes} GiB`,
    `Node            ${process.version} (${process.platform} ${process.arch})`,
    `load generator  ${generator}, on the same cores`,
  ];
}

function loadAverage(): string {
  return loadavg()[0]?.toFixed(2) ?? 'unknown';
}
