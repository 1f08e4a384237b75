import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileOfLanguage } from '../../hook-build/hook-file.ts';
import type { HookError, HookOutcome, LastCall } from '../../shared/domain/hook-outcome.ts';
import { redactHost, redactSecrets } from './redact-secrets.ts';
import type { KnownRevision } from './revisions.ts';

/** How a run ended, and of one that waited in vain what it had asked for. */
export type Seen = { outcome: HookOutcome; last_calls?: LastCall[] };

/**
 * An outcome as people may see it: positions in the author's own file, no frames of ours, and no value of a secret in what the
 * hook printed, threw or asked for.
 */
export function asAuthorSees(ended: HookOutcome, { revision, runnable }: KnownRevision): Seen {
  const { last_calls, outcome } = withoutCalls(ended);
  if (outcome.console.length === 0 && !('error' in outcome) && last_calls === undefined) return { outcome };
  const places = authorsPlaces(revision);
  const redact = (text: string): string => redactSecrets(text, runnable.secrets);
  const readable = (text: string): string => redact(withAuthorsPositions(text, places));
  const console = outcome.console.map(({ level, text }) => ({ level, text: readable(text) }));
  if (last_calls !== undefined) {
    const calls = last_calls.map(({ what, answered, at = '' }) => ({
      what: redactHost(what, runnable.secrets),
      answered,
      ...authorsPlace(at, places),
    }));
    return { outcome: { ...outcome, console }, last_calls: calls };
  }
  if (!('error' in outcome)) return { outcome: { ...outcome, console } };
  const { name, message, stack } = outcome.error;
  const error: HookError = { name: redact(name), message: redact(message) };
  if (stack !== undefined) error.stack = readable(stack);
  return { outcome: { ...outcome, error, console } };
}

function withoutCalls(ended: HookOutcome): Seen {
  if (!('last_calls' in ended)) return { outcome: ended };
  const { last_calls, ...outcome } = ended;
  return { outcome, ...(last_calls === undefined ? {} : { last_calls }) };
}

const FRAME_OF_OURS = /\n {4,}at [^\n]*\(?hookmint:runtime:\d+:\d+\)?/g;
const POSITION = /hook\.js:(\d+):(\d+)/g;

/** From a place in the script to that in the author's own file; `undefined` for one in a module. */
type Places = (line: string, column: string) => string | undefined;

/** A hook that needs no bundle runs as its author's own file. */
function authorsPlaces({ build, language }: KnownRevision['revision']): Places {
  const file = fileOfLanguage(language);
  if (build === null) return (line, column) => `${file}:${line}:${column}`;
  let map: SourceMap | undefined;
  return (line, column) => {
    map ??= new SourceMap(JSON.parse(build.source_map) as SourceMapPayload);
    const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
    // What follows the author's lines in the script has none of its own to be found by.
    if (!('generatedLine' in entry) || entry.generatedLine !== Number(line) - 1) return undefined;
    const origin = map.findOrigin(Number(line), Number(column));
    if (!('fileName' in origin)) return undefined;
    return `${file}:${String(origin.lineNumber)}:${String(origin.columnNumber)}`;
  };
}

const FRAME = /^ {4,}at /;

/** A stack with the author's places; frames of modules, which have no lines that anybody knows, are one line. */
function withAuthorsPositions(stack: string, places: Places): string {
  if (!stack.includes(' at ')) return stack;
  const ofHook = stack.replace(FRAME_OF_OURS, '');
  if (!ofHook.includes('hook.js:')) return ofHook;
  const lines: string[] = [];
  let ofModules = 0;
  const fold = (): void => {
    if (ofModules > 0) lines.push(`    at … (${String(ofModules)} ${ofModules === 1 ? 'line' : 'lines'} of modules)`);
    ofModules = 0;
  };
  for (const line of ofHook.split('\n')) {
    const isOfModule = [...line.matchAll(POSITION)].some(
      ([, row = '', column = '']) => places(row, column) === undefined,
    );
    if (isOfModule && FRAME.test(line)) {
      ofModules++;
      continue;
    }
    fold();
    lines.push(line.replace(POSITION, (position, row: string, column: string) => places(row, column) ?? position));
  }
  fold();
  return lines.join('\n');
}

/** Of the places that a call came from, the innermost in the author's own file. */
function authorsPlace(stack: string, places: Places): Pick<LastCall, 'at'> {
  for (const [, line = '', column = ''] of stack.matchAll(POSITION)) {
    const place = places(line, column);
    if (place !== undefined) return { at: place };
  }
  return {};
}
