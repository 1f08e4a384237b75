import type { Request, Response } from 'express';
import { OAuthError } from '../../../shared/oauth-error.ts';
import { sendOAuthError } from '../answers.ts';

/** `/authorize`: required in the metadata, but without function (RFC 6749 §3.1.1). It ignores the request and never redirects. */
export function authorizeRoute(_request: Request, response: Response): void {
  const description = 'There is no login here; tokens are issued by the client credentials grant';
  sendOAuthError(response, new OAuthError(400, 'unsupported_response_type', description));
}
