import type { HookOutcome } from '../../shared/domain/hook-outcome.ts';

type Line = HookOutcome['console'][number];

/** Lines of one hook in the service's own log within a second: whoever reads it must find the rest too, and its disk is everybody's. */
const MAX_LINES = 100;
const WINDOW_MS = 1_000;

/**
 * Tells the lines that hooks wrote to their consoles, of each hook so many within a second, and then how many it left out. `hook.log` on the bus
 * has them all.
 *
 * @param say Tells one line.
 * @param sayCut Tells that lines were left out.
 */
export function createConsoleLines(
  say: (hook: string, line: Line) => void,
  sayCut: (hook: string, lines: number) => void,
  { maxLines = MAX_LINES, windowMs = WINDOW_MS } = {},
): (hook: string, lines: readonly Line[]) => void {
  /** Lines in the window that is open, by hook; a hook that is silent has none. */
  const windows = new Map<string, { lines: number }>();

  function open(hook: string): { lines: number } {
    const window = { lines: 0 };
    windows.set(hook, window);
    setTimeout(() => {
      windows.delete(hook);
      if (window.lines > maxLines) sayCut(hook, window.lines - maxLines);
    }, windowMs).unref();
    return window;
  }

  return (hook, lines) => {
    for (const line of lines) {
      const window = windows.get(hook) ?? open(hook);
      window.lines++;
      if (window.lines <= maxLines) say(hook, line);
    }
  };
}
