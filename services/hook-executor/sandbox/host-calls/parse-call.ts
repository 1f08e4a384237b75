import { holdsMoreValuesThan } from '../../../../shared/json-values.ts';
import { CallError } from './call-error.ts';

/** Values in the text of one call: an HTTP request with all the headers there may be has some thousands. */
const MAX_CALL_VALUES = 10_000;

/**
 * Reads what a hook hands over. It is read on a thread that others wait for, and two million characters of empty lists take it half a second.
 *
 * @throws {CallError | SyntaxError}
 */
export function parseCall(text: string): unknown {
  if (holdsMoreValuesThan(MAX_CALL_VALUES, text))
    throw new CallError('ERR_INVALID_ARG_VALUE', 'the request holds too many values');
  return JSON.parse(text);
}
