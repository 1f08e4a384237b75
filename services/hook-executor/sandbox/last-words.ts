import type { ConsoleLine, LastCall } from '../../../shared/domain/hook-outcome.ts';
import { by } from './by.ts';
import type { HookRun } from './hook-run.ts';

/** Time that an isolate has to say what a run printed and asked for that waited in vain. */
const LAST_WORDS_MS = 100;

const PLACE = /hook\.js:\d+:\d+/g;
/** As many as {@link LastCall} takes. */
const MAX_PLACES = 40;

/**
 * What a run that was ended without an outcome had printed, and asked for: the text of isolate/bootstrap.js. Nothing where the isolate has
 * something else to do, or is gone.
 *
 * @param ended When the isolate has been told of its end.
 */
export async function lastWords(run: HookRun, ended: Promise<unknown>) {
  run.returned = undefined;
  await by(performance.now() + LAST_WORDS_MS, ended);
  return parse(run.returned);
}

function parse(text = ''): { console: ConsoleLine[]; last_calls: LastCall[] } | undefined {
  const frame = text.indexOf('\n');
  // An outcome, which came too late.
  if (text[frame + 1] !== 'l') return undefined;
  const console = frame === 0 ? [] : (JSON.parse(text.slice(0, frame)) as ConsoleLine[]);
  const calls = JSON.parse(text.slice(frame + 2)) as [kind: string, detail: string, answered: boolean, stack: string][];
  return { console, last_calls: calls.map(lastCall) };
}

function lastCall([kind, detail, answered, stack]: [string, string, boolean, string]): LastCall {
  const places = [...stack.matchAll(PLACE)].slice(0, MAX_PLACES).map(([place]) => place);
  return { what: inWords(kind, detail), answered, ...(places.length === 0 ? {} : { at: places.join(' ') }) };
}

function inWords(kind: string, detail: string): string {
  switch (kind) {
    case 'http': {
      const [method = '', url = ''] = detail.split(' ');
      // No more of the URL: the rest may hold secrets.
      return `${method.slice(0, 32)} ${(URL.parse(url)?.origin ?? '').slice(0, 260)}`;
    }
    case 'storage':
      return `webtask.storage.${detail.slice(0, 32)}`;
    case 'timer':
      return `a timer of ${detail} ms`;
    case 'subtle':
      return `crypto.subtle.${detail.slice(0, 32)}`;
    case 'decode':
      return 'decoding a response';
    default:
      return 'crypto or zlib';
  }
}
