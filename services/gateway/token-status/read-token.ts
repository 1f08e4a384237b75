import { errors, jwtVerify, type JWTPayload } from 'jose';
import { SigningAlg } from '../../../shared/domain/resource-server.ts';
import { keySetOf } from '../../../shared/local-key-set.ts';
import { OAuthError, RETRY_AFTER_SECONDS } from '../../../shared/oauth-error.ts';
import type { PublicKeys } from '../../../shared/public-keys.ts';
import { tokenKeyOf } from '../../../shared/token-key.ts';

/** An access token of this issuer that has not expired. */
export type ReadToken = {
  key: string;
  clientId: string;
  /** The client that it speaks for, where that is another; not of a subject of another issuer. */
  subjectClientId: string | undefined;
  audience: string;
  iat: number;
  exp: number;
  claims: JWTPayload;
};

type Verifier = { issuer: string; publicKeys: Pick<PublicKeys, 'keys' | 'hearOfKeyOf'> };

/**
 * Reads a token that somebody shows; `undefined` for all that is no access token of this issuer, or has expired.
 *
 * @param clockTolerance By how much its end may be over by this gateway's clock, seconds.
 * @throws {OAuthError} 503 while no signer has told its keys, or tells whether the token's is one.
 */
export async function readToken(
  token: string,
  { issuer, publicKeys }: Verifier,
  { clockTolerance = 0 } = {},
): Promise<ReadToken | undefined> {
  const isHeard = await publicKeys.hearOfKeyOf(token);
  const keys = publicKeys.keys();
  if (!isHeard || keys === undefined) throw notKnown('The keys that verify tokens are not known yet');
  const claims = await verified(token, keySetOf(keys), { issuer, clockTolerance });
  if (claims === undefined) return undefined;
  const { sub = '', aud, iat, exp } = claims;
  const ofSubject = ownClientOf(sub);
  // Of a token that speaks for somebody else the client is not the subject.
  const { azp = ofSubject, client_id: clientId = azp } = claims;
  if (typeof clientId !== 'string' || typeof aud !== 'string' || iat === undefined || exp === undefined)
    return undefined;
  const subjectClientId = ofSubject === clientId ? undefined : ofSubject;
  return { key: tokenKeyOf(token, claims), clientId, subjectClientId, audience: aud, iat, exp, claims };
}

/** The client that a subject is; those of other issuers have a bar in them. */
const ownClientOf = (sub: string): string | undefined =>
  sub.includes('|') ? undefined : /^(.+)@clients$/.exec(sub)?.[1];

async function verified(
  token: string,
  keys: ReturnType<typeof keySetOf>,
  must: { issuer: string; clockTolerance: number },
): Promise<JWTPayload | undefined> {
  try {
    return (await jwtVerify(token, keys, { ...must, algorithms: SigningAlg.options })).payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/** 503: it cannot be said now, and nothing is said instead. */
export const notKnown = (description: string, cause?: unknown): OAuthError =>
  new OAuthError(503, 'temporarily_unavailable', description, {
    headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
    cause,
  });
