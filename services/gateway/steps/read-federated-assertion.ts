import { decodeJwt, decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import type { AssertionAlg } from '../../../shared/domain/client.ts';
import { isCompact } from '../is-compact.ts';
import { MAX_FEDERATED_CLAIMS_BYTES } from '../limits.ts';
import { Audiences, checkTimes, headerOf, parsed, refused, seconds, text } from './read-assertion.ts';

/** A token of another issuer by which a client says who it is (RFC 7523 §2.2); whether that issuer is trusted and signed it is not known yet. */
export type FederatedAssertion = {
  jwt: string;
  /** As the request names it. */
  clientId: string;
  issuer: string;
  subject: string;
  aud: readonly string[];
  alg: AssertionAlg;
  kid: string | undefined;
  jti: string | undefined;
  lifetimeSeconds: number;
  claims: Record<string, unknown>;
};

/** Access tokens, DPoP proofs and the like prove nothing here (RFC 8725 §3.11). JOSE is SPIFFE's. */
const Header = headerOf(/^(application\/)?(jwt|jose|client-authentication\+jwt)$/i, 'must have the typ JWT, or none');

const Claims = z.looseObject({
  iss: text('iss'),
  sub: text('sub').max(512, 'has a sub that is too long'),
  aud: Audiences,
  exp: seconds('exp'),
  iat: seconds('iat'),
  nbf: seconds('nbf').optional(),
  jti: z.string('must have a jti that is a string').optional(),
});

const Issuer = z.object({ iss: z.string().regex(/^[a-z]+:\/\//), sub: z.string() });

/** Whether a JWT says that another issuer made it, and not the client itself. */
export function isOfAnotherIssuer(jwt: string): boolean {
  try {
    const { data } = Issuer.safeParse(decodeJwt(jwt));
    return data !== undefined && data.iss !== data.sub;
  } catch {
    return false;
  }
}

/**
 * Reads a token of another issuer and checks all that it says of itself. None of it needs the client to be known.
 *
 * @throws {OAuthError} 401 `invalid_client`
 */
export function readFederatedAssertion(jwt: string, clientId: string, nowMs = Date.now()): FederatedAssertion {
  if (!isCompact(jwt)) throw refused('is no JWT');
  const { alg, kid } = parsed(Header, () => decodeProtectedHeader(jwt));
  const [, payload = ''] = jwt.split('.');
  if (Buffer.byteLength(payload, 'base64url') > MAX_FEDERATED_CLAIMS_BYTES) {
    throw refused(`has more than ${String(MAX_FEDERATED_CLAIMS_BYTES)} bytes of claims`);
  }
  const claims = parsed(Claims, () => decodeJwt(jwt));
  const { iss, sub, aud, exp, iat, jti } = claims;
  checkTimes(claims, nowMs / 1000);
  return {
    jwt,
    clientId,
    issuer: iss,
    subject: sub,
    aud: [aud].flat(),
    alg,
    kid,
    jti,
    lifetimeSeconds: exp - iat,
    claims,
  };
}
