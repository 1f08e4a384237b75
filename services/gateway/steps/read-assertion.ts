import { decodeJwt, decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import { AssertionAlg } from '../../../shared/domain/client.ts';
import { OAuthError } from '../../../shared/oauth-error.ts';
import { isCompact } from '../is-compact.ts';
import { CLIENT_CLOCK_SKEW_SECONDS, MAX_ASSERTION_LIFETIME_SECONDS } from '../limits.ts';

/** RFC 7523 §2.2. */
export const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export const NOT_OF_THE_CLIENT = 'must have the client_id as both iss and sub';

/** A JWT by which a client says who it is (RFC 7523 §3); whether it is signed by that client is not known yet. */
export type Assertion = {
  jwt: string;
  clientId: string;
  /** As it was sent: a string, or a list. */
  aud: string | readonly string[];
  jti: string;
  alg: AssertionAlg;
  kid: string | undefined;
};

const NO_EXTENSIONS = 'must have no crit, and no b64, in its header (RFC 7797 §7)';

const OTHER_TYPE = 'must have the typ JWT or client-authentication+jwt, or none';

const MAX_AUDIENCES = 10;
const NO_AUDIENCE = 'must have an aud, a string or a list of strings';

/** @param typ Those that may be said. Tokens of other kinds prove nothing here (RFC 8725 §3.11). */
export const headerOf = (typ: RegExp, otherType: string) =>
  z.object({
    alg: z.enum(AssertionAlg.options, `must be signed with ${AssertionAlg.options.join(', ')}`),
    kid: z.string('must have a kid that is a string').optional(),
    crit: z.never(NO_EXTENSIONS).optional(),
    b64: z.never(NO_EXTENSIONS).optional(),
    typ: z.string(otherType).regex(typ, otherType).optional(),
  });

const Header = headerOf(/^(application\/)?(jwt|client-authentication\+jwt)$/i, OTHER_TYPE);

export const Audiences = z.union(
  [z.string(), z.array(z.string()).min(1, NO_AUDIENCE).max(MAX_AUDIENCES, NO_AUDIENCE)],
  NO_AUDIENCE,
);

export const text = (name: string) => z.string(`must have ${name}, a string`).min(1, `must have ${name}, a string`);
export const seconds = (name: string) => z.number(`must have ${name}, in seconds since the epoch`);
const Claims = z.object({
  iss: z.string(NOT_OF_THE_CLIENT),
  sub: z.string(NOT_OF_THE_CLIENT),
  aud: Audiences,
  exp: seconds('exp'),
  iat: seconds('iat').optional(),
  nbf: seconds('nbf').optional(),
  jti: z.string('must have a jti, a new one each time').min(1, 'must have a jti, a new one each time'),
});

/**
 * Reads a `client_assertion` and checks all that it says of itself. None of it needs the client to be known, so the error may tell
 * the client's developer what is wrong.
 *
 * @param audiences Values of `aud` that mean this service (contract §2.1, RFC 7523 §3).
 * @throws {OAuthError} 401 `invalid_client` (RFC 7521 §4.2.1).
 */
export function readAssertion(jwt: string, audiences: readonly string[], nowMs = Date.now()): Assertion {
  if (!isCompact(jwt)) throw refused('is no JWT');
  const { alg, kid } = parsed(Header, () => decodeProtectedHeader(jwt));
  const { iss, sub, aud, exp, iat, nbf, jti } = parsed(Claims, () => decodeJwt(jwt));
  const nowSeconds = nowMs / 1000;
  if (iss !== sub) throw refused(NOT_OF_THE_CLIENT);
  // Another audience beside ours could show the assertion here as its own.
  if (![aud].flat().every((one) => audiences.includes(one))) throw refused(`must have the aud ${audiences[0] ?? ''}`);
  checkTimes({ exp, iat, nbf }, nowSeconds);
  const latest = nowSeconds + MAX_ASSERTION_LIFETIME_SECONDS + CLIENT_CLOCK_SKEW_SECONDS;
  if (exp > latest || exp - (iat ?? exp) > MAX_ASSERTION_LIFETIME_SECONDS) {
    throw refused(`lives too long; at most ${String(MAX_ASSERTION_LIFETIME_SECONDS)} seconds are allowed`);
  }
  return { jwt, clientId: sub, aud, jti, alg, kid };
}

type Times = { exp: number; iat?: number | undefined; nbf?: number | undefined };

/** @throws {OAuthError} 401 where it is not valid any more, or not yet. */
export function checkTimes({ exp, iat = 0, nbf = 0 }: Times, nowSeconds: number): void {
  if (exp <= nowSeconds - CLIENT_CLOCK_SKEW_SECONDS) throw refused('has expired');
  if (Math.max(iat, nbf) > nowSeconds + CLIENT_CLOCK_SKEW_SECONDS) throw refused('is not valid yet; check the clock');
}

export function parsed<T>(schema: z.ZodType<T>, decode: () => unknown): T {
  let decoded: unknown;
  try {
    decoded = decode();
  } catch (error) {
    throw refused('is no JWT', error);
  }
  const result = schema.safeParse(decoded);
  if (result.success) return result.data;
  throw refused(result.error.issues[0]?.message ?? 'is no JWT', result.error);
}

/** 401: what is wrong with a client assertion. */
export function refused(what: string, cause?: unknown): OAuthError {
  return new OAuthError(401, 'invalid_client', `The client_assertion ${what}`, { cause });
}
