import { SourceMap, type SourceMapPayload } from 'node:module';
import type { HookError, HookOutcome } from '../../shared/domain/hook-outcome.ts';
import { redactSecrets } from './redact-secrets.ts';
import type { KnownRevision } from './revisions.ts';

/**
 * An outcome as people may see it: positions in the author's own file, no frames of ours, and no value of a secret in what the
 * hook printed or threw.
 */
export function asAuthorSees(outcome: HookOutcome, { revision, runnable }: KnownRevision): HookOutcome {
  if (outcome.console.length === 0 && !('error' in outcome)) return outcome;
  const redact = (text: string): string => redactSecrets(text, runnable.secrets);
  const readable = (text: string): string => redact(withAuthorsPositions(text, revision.build?.source_map));
  const console = outcome.console.map(({ level, text }) => ({ level, text: readable(text) }));
  if (!('error' in outcome)) return { ...outcome, console };
  const { name, message, stack } = outcome.error;
  const error: HookError = { name: redact(name), message: redact(message) };
  if (stack !== undefined) error.stack = readable(stack);
  return { ...outcome, error, console };
}

const FRAME_OF_OURS = /\n {4,}at [^\n]*\(?hookmint:runtime:\d+:\d+\)?/g;
const POSITION = /hook\.js:(\d+):(\d+)/g;

function withAuthorsPositions(stack: string, sourceMap: string | undefined): string {
  if (!stack.includes(' at ')) return stack;
  const ofHook = stack.replace(FRAME_OF_OURS, '');
  if (sourceMap === undefined || !ofHook.includes('hook.js:')) return ofHook;
  const map = new SourceMap(JSON.parse(sourceMap) as SourceMapPayload);
  return ofHook.replace(POSITION, (position, line: string, column: string) => {
    const origin = map.findOrigin(Number(line), Number(column));
    return 'fileName' in origin
      ? `${origin.fileName}:${String(origin.lineNumber)}:${String(origin.columnNumber)}`
      : position;
  });
}
