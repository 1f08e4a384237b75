import { SourceMap, type SourceMapPayload } from 'node:module';
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
  const places = authorsPlaces(revision.build?.source_map);
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

type Places = (line: string, column: string) => string | undefined;

/** From a place in the script to that in the author's own file; the two are one without a bundle. */
function authorsPlaces(sourceMap: string | undefined): Places | undefined {
  if (sourceMap === undefined) return undefined;
  let map: SourceMap | undefined;
  return (line, column) => {
    map ??= new SourceMap(JSON.parse(sourceMap) as SourceMapPayload);
    const origin = map.findOrigin(Number(line), Number(column));
    return 'fileName' in origin
      ? `${origin.fileName}:${String(origin.lineNumber)}:${String(origin.columnNumber)}`
      : undefined;
  };
}

function withAuthorsPositions(stack: string, places: Places | undefined): string {
  if (!stack.includes(' at ')) return stack;
  const ofHook = stack.replace(FRAME_OF_OURS, '');
  if (places === undefined || !ofHook.includes('hook.js:')) return ofHook;
  return ofHook.replace(POSITION, (position, line: string, column: string) => places(line, column) ?? position);
}

/** Of the places that a call came from, the innermost in the author's own file. */
function authorsPlace(stack: string, places: Places | undefined): Pick<LastCall, 'at'> {
  for (const [position, line = '', column = ''] of stack.matchAll(POSITION)) {
    const place = places === undefined ? position : places(line, column);
    if (place !== undefined) return { at: place };
  }
  return {};
}
