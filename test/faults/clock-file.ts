import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The clock of a stack that is started with its environment. */
export type Clock = {
  env: Record<string, string>;
  /** Sets the clock to so many milliseconds after the real one. */
  set: (offsetMs: number) => void;
  nowMs: () => number;
  close: () => void;
};

export function createClock(): Clock {
  const folder = mkdtempSync(join(tmpdir(), 'hookmint-clock-'));
  const path = join(folder, 'offset-ms');
  const file = openSync(path, 'w');
  let offset = 0;
  const set = (offsetMs: number): void => {
    offset = offsetMs;
    const buffer = Buffer.alloc(8);
    buffer.writeDoubleLE(offsetMs);
    writeSync(file, buffer, 0, buffer.length, 0);
  };
  set(0);
  const preload = new URL('shifted-clock.ts', import.meta.url);
  preload.search = encodeURIComponent(path);
  return {
    // Behind a wall no process could read the file.
    env: { NODE_OPTIONS: `--import=${preload.href}`, HOOKMINT_SANDBOX_WALL: 'off' },
    set,
    nowMs: () => Date.now() + offset,
    close: () => {
      closeSync(file);
      rmSync(folder, { recursive: true });
    },
  };
}
