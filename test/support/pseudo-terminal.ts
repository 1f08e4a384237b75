import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PYTHON = 'python3';
/** Ends when the program does, with its exit code. */
const RUN = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';

/** What in the environment decides, besides the terminal, whether Node shows colours: of the machine that runs the tests, not of the terminal. */
const NOT_OF_THE_TERMINAL = {
  CI: undefined,
  NO_COLOR: undefined,
  NODE_DISABLE_COLORS: undefined,
  FORCE_COLOR: undefined,
};

/** Why tests with a pseudo-terminal cannot run here; `false` when they can. */
export const noTerminal: string | false =
  spawnSync(PYTHON, ['-c', 'import pty']).status === 0 ? false : 'no python3 with pty on this machine';

/** A program at a terminal of its own. */
export type AtTerminal = {
  /** All that the terminal was sent so far; line ends as the program wrote them. */
  shown: () => string;
  /** Waits until the terminal shows it. */
  untilShown: (pattern: RegExp) => Promise<void>;
  /** As from the keyboard. */
  type: (keys: string) => void;
  exited: Promise<number | null>;
};

/** Runs a program on hookmint's own Node at a pseudo-terminal. */
export function atTerminal(args: string[], env: Record<string, string> = {}): AtTerminal {
  const child = spawn(PYTHON, ['-c', RUN, process.execPath, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...NOT_OF_THE_TERMINAL, TERM: 'xterm-256color', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const shown = (): string => Buffer.concat(chunks).toString().replace(/\r+\n/g, '\n');
  let over = false;
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      over = true;
      resolve(code);
    });
  });
  return {
    shown,
    untilShown: (pattern) =>
      until(`the terminal shows ${String(pattern)}`, () => {
        if (pattern.test(shown())) return true;
        if (over) throw new Error(`it ended, and showed no ${String(pattern)}:\n${shown()}`);
        return false;
      }),
    type: (keys) => void child.stdin.write(keys),
    exited,
  };
}
