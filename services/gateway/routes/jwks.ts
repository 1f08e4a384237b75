import type { Request, Response } from 'express';
import { sendOAuthError } from '../answers.ts';
import { JWKS_MAX_AGE_SECONDS } from '../../../shared/domain/signing-key-state.ts';
import { OAuthError, RETRY_AFTER_SECONDS } from '../../../shared/oauth-error.ts';
import type { PublicKeys } from '../../../shared/public-keys.ts';

/** `GET /.well-known/jwks.json`: the keys that verify the tokens (RFC 7517 §5). */
export function jwksRoute(publicKeys: PublicKeys) {
  return (_request: Request, response: Response): void => {
    const keys = publicKeys.keys();
    if (keys === undefined) {
      keysUnknown(response);
      return;
    }
    response.set('Cache-Control', `public, max-age=${String(JWKS_MAX_AGE_SECONDS)}`).json({ keys });
  };
}

/** Until a signer has answered for the first time. */
export function keysUnknown(response: Response): void {
  const headers = { 'Retry-After': String(RETRY_AFTER_SECONDS) };
  sendOAuthError(response, new OAuthError(503, 'temporarily_unavailable', 'The keys are not known yet', { headers }));
}
