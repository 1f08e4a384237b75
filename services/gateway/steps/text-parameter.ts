import { OAuthError } from '../../../shared/oauth-error.ts';

/**
 * A parameter of a request (RFC 6749 §3.2): one sent without a value is treated as omitted, and none may be sent more than once.
 *
 * @throws {OAuthError} 400 `invalid_request`
 */
export function text(parameters: ReadonlyMap<string, unknown>, name: string): string | undefined {
  const value = parameters.get(name);
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw new OAuthError(400, 'invalid_request', `${name} must be a string, sent once`);
}
