import { decodeJwt, decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import type { AssertionAlg } from '../../../shared/domain/client.ts';
import { MAX_SUBJECT_LENGTH, type ShownTokenType } from '../../../shared/domain/subject-token.ts';
import { isCompact } from '../is-compact.ts';
import { CLIENT_CLOCK_SKEW_SECONDS, MAX_FEDERATED_CLAIMS_BYTES } from '../limits.ts';
import { Audiences, headerOf, seconds, text } from '../steps/read-assertion.ts';
import { refusedToken, type Shown } from './read-shown.ts';

/** A token of another issuer, as it speaks of itself; whether that issuer is trusted and signed it is not known yet. */
export type IssuedToken = {
  jwt: string;
  issuer: string;
  subject: string;
  aud: readonly string[];
  alg: AssertionAlg;
  kid: string | undefined;
  jti: string | undefined;
  iat: number;
  exp: number;
  claims: Record<string, unknown>;
};

/**
 * The `typ` that each may have, and whether it must (RFC 8725 §3.11): an access token says that it is one (RFC 9068 §4), so that no ID token passes for
 * it, nor the other way round.
 */
const HEADERS: Readonly<Record<ShownTokenType, z.ZodType<{ alg: AssertionAlg; kid?: string | undefined }>>> = {
  access_token: headerOf(
    /^(application\/)?at\+jwt$/i,
    'must have the typ at+jwt, as access tokens have (RFC 9068)',
  ).refine(({ typ }) => typ !== undefined, 'must have the typ at+jwt, as access tokens have (RFC 9068)'),
  id_token: headerOf(/^(application\/)?jwt$/i, 'must have the typ JWT, or none'),
  jwt: headerOf(/^(application\/)?jwt$/i, 'must have the typ JWT, or none'),
  assertion: headerOf(
    /^(application\/)?(jwt|authorization-grant\+jwt|oauth-id-jag\+jwt)$/i,
    'must have the typ JWT, authorization-grant+jwt or oauth-id-jag+jwt, or none',
  ),
};

const Claims = z.looseObject({
  iss: text('iss'),
  sub: text('sub')
    .max(MAX_SUBJECT_LENGTH, 'has a sub that is too long')
    // What nobody sees would make two names of one.
    .regex(/^[^\p{C}]+$/u, 'has a sub with control characters'),
  aud: Audiences,
  exp: seconds('exp'),
  iat: seconds('iat'),
  nbf: seconds('nbf').optional(),
  jti: z.string('must have a jti that is a string').min(1, 'must have a jti that is not empty').optional(),
  // Of logouts and other news (RFC 8417 §2.2), which are signed with the same keys.
  events: z.never('is about an event, and speaks for nobody').optional(),
});

/** Who says that it issued the token; `undefined` where none does. */
export function issuerSaid(jwt: string): string | undefined {
  try {
    return decodeJwt(jwt).iss;
  } catch {
    return undefined;
  }
}

/**
 * Reads a token and checks all that it says of itself.
 *
 * @throws {OAuthError} 400
 */
export function readIssued(shown: Shown, nowMs = Date.now()): IssuedToken {
  const { token: jwt, type } = shown;
  if (!isCompact(jwt)) throw refusedToken(shown, 'is no JWT');
  const { alg, kid } = parsed(shown, HEADERS[type], () => decodeProtectedHeader(jwt));
  const [, payload = ''] = jwt.split('.');
  if (Buffer.byteLength(payload, 'base64url') > MAX_FEDERATED_CLAIMS_BYTES) {
    throw refusedToken(shown, `has more than ${String(MAX_FEDERATED_CLAIMS_BYTES)} bytes of claims`);
  }
  const claims = parsed(shown, Claims, () => decodeJwt(jwt));
  const { iss, sub, aud, exp, iat, nbf = 0, jti } = claims;
  const nowSeconds = nowMs / 1_000;
  // Without what clocks may differ by: no token could be issued that ends before it.
  if (exp <= nowSeconds) throw refusedToken(shown, 'has expired');
  if (Math.max(iat, nbf) > nowSeconds + CLIENT_CLOCK_SKEW_SECONDS) {
    throw refusedToken(shown, 'is not valid yet; check the clock');
  }
  return { jwt, issuer: iss, subject: sub, aud: [aud].flat(), alg, kid, jti, iat, exp, claims };
}

function parsed<T>(shown: Shown, schema: z.ZodType<T>, decode: () => unknown): T {
  let decoded: unknown;
  try {
    decoded = decode();
  } catch (error) {
    throw refusedToken(shown, 'is no JWT', error);
  }
  const result = schema.safeParse(decoded);
  if (result.success) return result.data;
  throw refusedToken(shown, result.error.issues[0]?.message ?? 'is no JWT', result.error);
}
