import type { Request, Response } from 'express';
import { OAuthError } from '../../../shared/oauth-error.ts';
import { sendOAuthError } from '../answers.ts';

/** `/authorize`: announced in the metadata, and for nobody (RFC 6749 §3.1.1). Nothing of the request is looked at, nor redirected to. */
export function authorizeRoute(_request: Request, response: Response): void {
  const description = 'There is no login here; tokens are issued by the client credentials grant';
  sendOAuthError(response, new OAuthError(400, 'unsupported_response_type', description));
}
