import { withoutBanner } from './canary-run.ts';

const WITHIN_MS = 60_000;

/** The lines that a process prints: kept, and waited for. */
export type PrintedLines = {
  add: (line: string) => void;
  /** Calls with each line from now on, until the function it gives is called. */
  watch: (watcher: (line: string) => void) => () => void;
  /** Everything so far. */
  text: () => string;
  /** Resolves when a line that matches is there, before or after the call; rejects when none comes, at once when the process ends. */
  until: (pattern: RegExp, timeoutMs?: number) => Promise<string>;
};

/** @param exited Resolves with the exit code of the process, once all it printed was added. */
export function printedLines(exited: Promise<number | null>): PrintedLines {
  const lines: string[] = [];
  const watchers = new Set<(line: string) => void>();
  /** For a message: no secret is in it. */
  const printed = (): string => withoutBanner(lines.join('\n'));
  return {
    add: (line) => {
      lines.push(line);
      for (const watcher of watchers) watcher(line);
    },
    watch: (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    text: () => lines.join('\n'),
    until: (pattern, timeoutMs = WITHIN_MS) => {
      const earlier = lines.find((line) => pattern.test(line));
      if (earlier !== undefined) return Promise.resolve(earlier);
      return new Promise((resolve, reject) => {
        const done = (): void => {
          clearTimeout(timer);
          watchers.delete(watcher);
        };
        const watcher = (line: string): void => {
          if (!pattern.test(line)) return;
          done();
          resolve(line);
        };
        const timer = setTimeout(() => {
          done();
          reject(new Error(`not printed within ${String(timeoutMs)} ms: ${String(pattern)}\n${printed()}`));
        }, timeoutMs);
        watchers.add(watcher);
        void exited.then((code) => {
          done();
          reject(new Error(`the stack ended with ${String(code)}, before ${String(pattern)}:\n${printed()}`));
        });
      });
    },
  };
}
