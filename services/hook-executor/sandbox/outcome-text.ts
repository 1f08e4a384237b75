import type { HookLimits } from '../../../shared/domain/hook.ts';
import type { HookError, HookOutcome } from '../../../shared/domain/hook-outcome.ts';

export type Measured = Pick<HookOutcome, 'cpu_ms' | 'wall_ms' | 'console'>;

/** Reads the text that isolate/bootstrap.js makes of an outcome. */
export function parseOutcome(text: string, measured: Measured, limits: HookLimits): HookOutcome {
  const frame = text.indexOf('\n');
  const told = { ...measured, console: parseConsole(text.slice(0, frame)) };
  const detail = text.slice(frame + 2);
  switch (text[frame + 1]) {
    case 'o':
      if (detail === '') return { status: 'ok', ...told };
      if (detail.length > limits.result_bytes || Buffer.byteLength(detail) > limits.result_bytes) {
        return { status: 'bad_result', reason: 'too_large', ...told };
      }
      return { status: 'ok', result: detail, ...told };
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
