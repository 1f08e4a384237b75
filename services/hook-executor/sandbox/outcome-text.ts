import type { ActionCache } from '../../../shared/domain/action-cache.ts';
import type { HookLimits } from '../../../shared/domain/hook.ts';
import type { HookError, HookOutcome, Note } from '../../../shared/domain/hook-outcome.ts';

export type Measured = Pick<HookOutcome, 'cpu_ms' | 'wall_ms' | 'console'>;

/** Reads the text that isolate/bootstrap.js makes of an outcome. */
export function parseOutcome(text: string, measured: Measured, limits: HookLimits): HookOutcome {
  const frame = text.indexOf('\n');
  const told = { ...measured, console: parseConsole(text.slice(0, frame)) };
  const detail = text.slice(frame + 2);
  switch (text[frame + 1]) {
    case 'o':
      return ok(detail, told, limits);
    case 'w': {
      const end = detail.indexOf('\n');
      const outcome = ok(detail.slice(end + 1), told, limits);
      return outcome.status === 'ok' ? { ...outcome, ignored_writes: parseWrites(detail.slice(0, end)) } : outcome;
    }
    case 'r': {
      const end = detail.indexOf('\n');
      const outcome = ok(detail.slice(end + 1), told, limits);
      return outcome.status === 'ok' ? { ...outcome, notes: JSON.parse(detail.slice(0, end)) as Note[] } : outcome;
    }
    case 'c': {
      const end = detail.indexOf('\n');
      const outcome = parseOutcome(`${text.slice(0, frame)}\n${detail.slice(end + 1)}`, measured, limits);
      const cache = JSON.parse(detail.slice(0, end)) as ActionCache;
      return outcome.status === 'ok' || outcome.status === 'denied' ? { ...outcome, cache } : outcome;
    }
    case 'd':
      return { status: 'denied', error: parseHookError(detail), ...told };
    case 't':
      return { status: 'threw', during: 'run', error: parseHookError(detail), ...told };
    case 'n':
      return { status: 'bad_result', reason: 'not_an_object', ...told };
    default:
      return { status: 'bad_result', reason: 'not_serializable', ...told };
  }
}

function ok(result: string, told: Measured, limits: HookLimits): HookOutcome {
  if (result === '') return { status: 'ok', ...told };
  if (result.length > limits.result_bytes || Buffer.byteLength(result) > limits.result_bytes) {
    return { status: 'bad_result', reason: 'too_large', ...told };
  }
  return { status: 'ok', result, ...told };
}

const parseWrites = (json: string): string[] => JSON.parse(json) as string[];

export function parseHookError(json: string): HookError {
  return JSON.parse(json) as HookError;
}

function parseConsole(json: string): HookOutcome['console'] {
  return json === '' ? [] : (JSON.parse(json) as HookOutcome['console']);
}

export function compileError(error: unknown): HookError {
  const { message, stack } = hostError(error);
  return {
    name: 'SyntaxError',
    message: 'Unable to compile the extensibility code as javascript',
    stack: stack ?? message,
  };
}

/** An error that V8 or isolated-vm raised, without the lines of the host's own call stack: they say nothing to an author. */
export function hostError(error: unknown): HookError {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const stackOfHook = stack?.replace(/\n {4}at \(<isolated-vm boundary>\)[\s\S]*$/, '').slice(0, 8_192);
  return { name, message: message.slice(0, 4_096), ...(stackOfHook === undefined ? {} : { stack: stackOfHook }) };
}
