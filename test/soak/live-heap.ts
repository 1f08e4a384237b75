import { readFileSync, rmSync } from 'node:fs';
import { until } from '../support/until.ts';

/** Put into the environment of a stack, it has the services answer {@link liveHeapMib}; `folder` is there and takes their answers. */
export function answeringLiveHeap(folder: string): Record<string, string> {
  const answerer = new URL('answer-live-heap.ts', import.meta.url);
  answerer.search = encodeURIComponent(folder);
  return { NODE_OPTIONS: `--import=${answerer.href}` };
}

/**
 * What a process of such a stack holds that is not garbage, MiB: its heap and what belongs to that, collected for this. V8 collects late, so
 * that resident memory rises for hours without a leak.
 */
export async function liveHeapMib(pid: number, folder: string): Promise<number> {
  const file = `${folder}/${String(pid)}`;
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  let bytes = NaN;
  await until('the process has told its heap', () => {
    try {
      bytes = Number(readFileSync(file, 'utf8') || NaN);
    } catch {
      // Not yet.
    }
    return !Number.isNaN(bytes);
  });
  return bytes / 1_048_576;
}
