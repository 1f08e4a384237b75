import type { HookOutcome } from '../domain/hook-outcome.ts';
import { OAuthError, RETRY_AFTER_SECONDS, type OAuthErrorCode } from '../oauth-error.ts';

/** Which of its errors a hook may give the client a 400 with, told apart by `error.name` (contract §1.4). */
const DENIALS: ReadonlyMap<string, OAuthErrorCode> = new Map([
  ['InvalidScopeError', 'invalid_scope'],
  ['InvalidRequestError', 'invalid_request'],
]);

/**
 * The result of a hook that ended well: its JSON text, or `undefined` for `cb()`. Every other outcome is an answer to the
 * client without a token (contract §1.4); of the hook's failures it says what kind, never the detail.
 *
 * @throws {OAuthError}
 */
export function acceptHookOutcome(outcome: HookOutcome): string | undefined {
  switch (outcome.status) {
    case 'ok':
      return outcome.result;
    case 'denied': {
      const code = DENIALS.get(outcome.error.name);
      throw new OAuthError(code === undefined ? 500 : 400, code ?? 'server_error', outcome.error.message);
    }
    case 'timed_out':
      throw new OAuthError(500, 'server_error', 'Request to Webtask exceeded allowed execution time');
    case 'out_of_memory':
      throw new OAuthError(500, 'server_error', 'The hook exceeded its memory limit');
    case 'threw':
      throw new OAuthError(
        500,
        'server_error',
        outcome.during === 'compile'
          ? 'Unable to compile the extensibility code as javascript'
          : 'Script generated an unhandled synchronous exception.',
      );
    case 'bad_result':
      throw new OAuthError(500, 'server_error', BAD_RESULTS[outcome.reason]);
    case 'unavailable':
      throw new OAuthError(503, 'temporarily_unavailable', 'The hook cannot be run at the moment', {
        headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
      });
  }
}

const BAD_RESULTS = {
  not_an_object: 'The result of the extension point is not an object',
  not_serializable: 'Error when JSON serializing the result of the extension point',
  too_large: 'The result of the extension point is too large',
};
