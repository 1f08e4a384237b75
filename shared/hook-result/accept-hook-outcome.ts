import type { HookOutcome } from '../domain/hook-outcome.ts';
import { CONTRACTS, type HookKind } from '../domain/contracts.ts';
import { OAuthError, RETRY_AFTER_SECONDS } from '../oauth-error.ts';

/**
 * The result of a hook that ended well: its JSON text, or `undefined` for `cb()`. Every other outcome is an answer to the
 * client without a token (contract §1.4); of the hook's failures it says what kind, never the detail.
 *
 * @throws {OAuthError}
 */
export function acceptHookOutcome(outcome: HookOutcome, kind: HookKind = 'hook'): string | undefined {
  const { failureSaid } = CONTRACTS[kind];
  const failed = (ofAuth0: string): OAuthError => new OAuthError(500, 'server_error', failureSaid ?? ofAuth0);
  switch (outcome.status) {
    case 'ok':
      return outcome.result;
    case 'denied': {
      const { name, message } = outcome.error;
      const { status, error } = CONTRACTS[kind].denialOf(name) ?? { status: 500, error: 'server_error' };
      throw new OAuthError(status, error, message);
    }
    case 'timed_out':
      throw failed('Request to Webtask exceeded allowed execution time');
    case 'out_of_memory':
      throw failed('The hook exceeded its memory limit');
    case 'threw':
      throw failed(
        outcome.during === 'compile'
          ? 'Unable to compile the extensibility code as javascript'
          : 'Script generated an unhandled synchronous exception.',
      );
    case 'bad_result':
      throw failed(BAD_RESULTS[outcome.reason]);
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
