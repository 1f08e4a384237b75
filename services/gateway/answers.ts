import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { NOT_HTTP } from '../../shared/http/server.ts';
import { logger } from '../../shared/log.ts';
import { OAuthError } from '../../shared/oauth-error.ts';

/** What to answer for anything thrown: what is meant for the client as it is, the rest as `server_error` without detail. */
export function asOAuthError(error: unknown): OAuthError {
  if (error instanceof OAuthError) {
    if (error.status >= 500) logger.warn({ err: error }, 'a request failed');
    return error;
  }
  const invalid = asInvalidRequest(error);
  if (invalid !== undefined) return invalid;
  logger.error({ err: error }, 'a request failed unexpectedly');
  return new OAuthError(500, 'server_error', 'Internal error', { cause: error });
}

/** Errors of the body parsers and the router: the input was malformed, and their `status` says how. */
function asInvalidRequest(error: unknown): OAuthError | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined;
  const { status } = error;
  if (typeof status !== 'number' || status < 400 || status > 499) return undefined;
  return new OAuthError(status, 'invalid_request', DESCRIPTIONS.get(status) ?? 'The request is malformed', {
    cause: error,
  });
}

export const MALFORMED_BODY = 'The request body does not match its Content-Type';

const DESCRIPTIONS: ReadonlyMap<number, string> = new Map([
  [400, MALFORMED_BODY],
  [413, 'The request body is too large'],
  [415, 'The Content-Type, charset or Content-Encoding of the request is not supported'],
]);

/** Some error statuses are cacheable by default (RFC 9110 §15.1), so errors carry `no-store` too. */
export function sendOAuthError(response: ServerResponse, error: OAuthError): void {
  sendJson(response, error.status, error, { 'Cache-Control': 'no-store', ...error.headers });
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>>,
): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, {
      ...headers,
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(text),
    })
    .end(text);
}

/** The last handler of the application (Express recognises it by its four parameters). */
export function handleError(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  if (response.headersSent) next(error);
  else sendOAuthError(response, asOAuthError(error));
}

export function notFound(_request: Request, response: Response): void {
  sendOAuthError(response, new OAuthError(404, 'not_found', 'There is nothing at this path'));
}

/** RFC 9112 §3.2. Node would refuse it without a body. */
export function requireHost(request: Request, response: Response, next: NextFunction): void {
  if (hasHost(request)) next();
  else sendOAuthError(response, withoutHost());
}

function hasHost({ httpVersion, headers }: IncomingMessage): boolean {
  return httpVersion === '1.0' || headers.host !== undefined;
}

function withoutHost(): OAuthError {
  return new OAuthError(400, 'invalid_request', NOT_HTTP);
}

/** @throws {OAuthError} 400 for a request without a host, and for one with two Authorization headers. */
export function refuseAmbiguous(request: IncomingMessage): void {
  if (!hasHost(request)) throw withoutHost();
  if ((request.headersDistinct.authorization?.length ?? 0) > 1) throw TWO_AUTHORIZATIONS;
}

/** Node takes the first; another service on the way may have looked at the second. */
const TWO_AUTHORIZATIONS = new OAuthError(400, 'invalid_request', 'Send one Authorization header');

/** For a path that exists, asked with another method (RFC 9110 §15.5.6). */
export function methodNotAllowed(allow: string) {
  return (_request: Request, response: Response): void => {
    const headers = { Allow: allow };
    sendOAuthError(response, new OAuthError(405, 'method_not_allowed', `Use ${allow}`, { headers }));
  };
}
