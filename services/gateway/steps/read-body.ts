import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import express, { type RequestHandler } from 'express';
import { isNestedTooDeeply } from '../../../shared/nesting.ts';
import { OAuthError } from '../../../shared/oauth-error.ts';
import { withTimeLimit } from '../../../shared/time-limit.ts';
import { MALFORMED_BODY } from '../answers.ts';
import { BODY_TIMEOUT_MS, MAX_BODY_BYTES, MAX_PARAMETERS } from '../limits.ts';
import { isPlainBody, readPlainBody } from './plain-body.ts';

/** The body of a token request, parsed; `undefined` when it is of neither type (RFC 6749 §4.4.2 has the form, Auth0 takes JSON too). */
export type TokenBody = { body: unknown; isForm: boolean };

// Only Express's body parsers: its router and responses cost as much as the rest of a token request's HTTP.
const readForm = express.text({ type: () => true, limit: MAX_BODY_BYTES });
const readJson = express.json({ type: () => true, limit: MAX_BODY_BYTES });

/**
 * Reads a token request's body, also a compressed one.
 *
 * @throws {OAuthError} 413 for too many parameters, 400 for a body that is not JSON or nested too deeply, 408 for one that does not arrive; what Express throws, with a `status` of 400, 413 or 415, for the rest.
 */
export async function readBody(request: IncomingMessage, response: ServerResponse): Promise<TokenBody> {
  const mediaType = /^\s*([^\s;]+)\s*(?:;|$)/.exec(request.headers['content-type'] ?? '')?.[1]?.toLowerCase();
  if (mediaType === 'application/x-www-form-urlencoded') {
    const text = isPlainBody(request, MAX_BODY_BYTES)
      ? await readPlainBody(request, BODY_TIMEOUT_MS, LATE)
      : await bodyBy(readForm, request, response);
    return { body: typeof text === 'string' ? formOf(text) : text, isForm: true };
  }
  if (mediaType === 'application/json') {
    const body = isPlainBody(request, MAX_BODY_BYTES)
      ? jsonOf(await readPlainBody(request, BODY_TIMEOUT_MS, LATE))
      : await bodyBy(readJson, request, response);
    if (isNestedTooDeeply(body)) throw new OAuthError(400, 'invalid_request', 'The request body is nested too deeply');
    return { body, isForm: false };
  }
  return { body: undefined, isForm: false };
}

async function bodyBy(parser: RequestHandler, request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  const parsed = request as Parameters<RequestHandler>[0];
  await withTimeLimit(BODY_TIMEOUT_MS, promisify(parser)(parsed, response as Parameters<RequestHandler>[1]), LATE);
  return parsed.body;
}

/** As Express has it: an object or an array, or nothing for an empty object. */
function jsonOf(text: string): unknown {
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Refused below.
  }
  throw new OAuthError(400, 'invalid_request', MALFORMED_BODY);
}

const LATE = new OAuthError(408, 'invalid_request', 'The request body did not arrive in time', {
  headers: { Connection: 'close' },
});

/** A name that was sent more than once has the array of its values. */
function formOf(text: string): Record<string, unknown> {
  const values = new Map<string, string | string[]>();
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    if (++count > MAX_PARAMETERS) throw new OAuthError(413, 'invalid_request', 'The request body is too large');
    const before = values.get(name);
    values.set(name, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(values);
}
