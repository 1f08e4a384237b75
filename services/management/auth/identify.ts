import type { Request } from 'express';
import type { Caller } from '../api/route.ts';
import { identifyPerson } from '../console/identify-person.ts';
import type { Deps } from '../deps.ts';
import { authenticate } from './authenticate.ts';

/**
 * Who calls: a client by its access token, or a person by the console. A request with a token has no other claim looked at.
 *
 * @param isUse Whether a session lives longer by it.
 * @throws {ApiError} 401, or 503 while no signer has told its keys.
 */
export async function identify(request: Request, deps: Deps, { isUse = true } = {}): Promise<Caller> {
  const { authorization } = request.headers;
  const person = authorization === undefined ? await identifyPerson(request, deps, isUse) : undefined;
  return person ?? authenticate(authorization, request.ip, deps);
}
