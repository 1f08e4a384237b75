import { HookBuildError } from './errors.ts';
import { MAX_BUILDS_AT_ONCE, MAX_BUILDS_WAITING } from './limits.ts';

let running = 0;
const waiting: (() => void)[] = [];

/**
 * Does one piece of work when it is its turn: a few go on at a time, and a few more wait.
 * @throws {HookBuildError} `build_queue_full`
 */
export async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= MAX_BUILDS_AT_ONCE) {
    if (waiting.length >= MAX_BUILDS_WAITING) {
      throw new HookBuildError(
        'build_queue_full',
        'as many hooks are being built as may be: try again in a few seconds',
      );
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else {
    running++;
  }
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}
