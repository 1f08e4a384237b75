import { basename } from 'node:path';
import { printOutput, printParts, type LogFormat } from '../../shared/terminal.ts';
import { createAuthorConsole } from './author-console/author-console.ts';
import { levelOf } from './author-console/entries.ts';

const LABEL_WIDTH = 13;

/** As pino counts them; `silent` is above all. */
const LEVELS: Readonly<Record<string, number>> = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 };

/** What is shown of the services' output. */
type Output = {
  /** What the services must be told for it. */
  env: Record<string, string>;
  show: (label: string, line: string) => void;
  /** Told of each revision of the hook's file. */
  inForce: (hook: { revision: string; code: string }) => void;
};

/**
 * For machines it is all that the services log. For an author it is what hooks print, why they fail and what clients get, and of the
 * services what is wrong; with `--verbose` or a `LOG_LEVEL`, all else from that level on.
 */
export function openOutput(options: {
  hookFile: string;
  hookName: string;
  logFormat: LogFormat;
  verbose: boolean;
}): Output {
  const asItIs = (label: string, line: string): void => printOutput(label.padEnd(LABEL_WIDTH), line, options.logFormat);
  if (options.logFormat === 'json') return { env: {}, show: asItIs, inForce: () => undefined };
  const asked = process.env.LOG_LEVEL ?? '';
  const least = asked === '' ? (options.verbose ? 'info' : 'warn') : asked;
  const leastLevel = LEVELS[least] ?? Infinity;
  const isKnown = asked === '' || asked === 'silent' || LEVELS[asked] !== undefined;
  let known: { revision: string; code: string } | undefined;
  const take = createAuthorConsole(
    {
      fileOf: (hook, ending) => (hook === options.hookName ? basename(options.hookFile) : `${hook}.${ending}`),
      codeOf: (revision) => (revision === known?.revision ? known.code : undefined),
    },
    (lines) => printParts(...lines),
  );
  return {
    inForce: (hook) => (known = hook),
    // What clients got is told there, and here it is chosen what is shown.
    env: { LOG_LEVEL: asked === 'trace' || !isKnown ? asked : 'debug' },
    show: (label, line) => {
      const ofService = (): void => {
        // What is no entry is the last word of a process that ends.
        if ((levelOf(line) ?? Infinity) >= leastLevel) asItIs(label, line);
      };
      if (!take(line, ofService)) ofService();
    },
  };
}
