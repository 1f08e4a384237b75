import { decodeJwt, decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import { DpopAlg } from '../../../shared/domain/proof-of-possession.ts';
import { OAuthError } from '../../../shared/oauth-error.ts';
import { isPrivate, keyFor, type PublicJwk } from '../../../shared/public-jwk.ts';
import { isCompact } from '../is-compact.ts';
import { CLIENT_CLOCK_SKEW_SECONDS, MAX_DPOP_PROOF_AGE_SECONDS, MAX_DPOP_PROOF_LENGTH } from '../limits.ts';
import { isEndpoint } from './is-endpoint.ts';
import type { DpopNonces } from './nonces.ts';

/** A DPoP proof (RFC 9449 §4.2) that is of now and for this endpoint; whether the key in it has signed it is not known yet. */
export type DpopProof = { jwt: string; alg: DpopAlg; jwk: PublicJwk; jti: string };

const NO_EXTENSIONS = 'must have no crit, and no b64, in its header';
const Header = z.object({
  typ: z.literal('dpop+jwt', 'must have the typ dpop+jwt'),
  alg: z.enum(DpopAlg.options, `must be signed with ${DpopAlg.options.join(', ')}`),
  jwk: z
    .looseObject({}, 'must have the public key in its header, as jwk')
    .refine((jwk) => !isPrivate(jwk), 'has a private key in its jwk: replace that key, it is not secret any more'),
  crit: z.never(NO_EXTENSIONS).optional(),
  b64: z.never(NO_EXTENSIONS).optional(),
});

const seconds = (name: string) => z.number(`must have ${name}, in seconds since the epoch`);
const Claims = z.object({
  jti: z.string('must have a jti, a new one each time').min(1, 'must have a jti, a new one each time'),
  htm: z.literal('POST', 'must have the htm POST'),
  htu: z.string('must have an htu, a string'),
  iat: seconds('iat'),
  nbf: seconds('nbf').optional(),
  exp: seconds('exp').optional(),
  nonce: z.string('must have a nonce that is a string').optional(),
});

/**
 * Reads the `DPoP` header and checks all of RFC 9449 §4.3 that costs little: it is done before anybody is authenticated.
 *
 * @param headers Each as it came; `undefined` for none.
 * @param endpoints The URLs of the token endpoint by the configuration, never by the `Host` of a request.
 * @param nonces Where a nonce is demanded.
 * @throws {OAuthError} 400 `invalid_dpop_proof`, `use_dpop_nonce`
 */
export function readProof(
  headers: readonly string[] | undefined,
  endpoints: readonly string[],
  nonces: DpopNonces | undefined,
  nowMs = Date.now(),
): DpopProof | undefined {
  if (headers === undefined) return undefined;
  const [jwt = '', ...others] = headers;
  if (others.length > 0) throw invalidProof('must be sent once');
  if (jwt.length > MAX_DPOP_PROOF_LENGTH)
    throw invalidProof(`is longer than ${String(MAX_DPOP_PROOF_LENGTH)} characters`);
  if (!isCompact(jwt)) throw invalidProof('is no JWT');
  const header = parsed(Header, () => decodeProtectedHeader(jwt));
  const jwk = keyFor(header.alg, header.jwk);
  if (jwk === undefined) throw invalidProof(`must have a jwk that ${header.alg} is used with`);
  const { jti, htu, nonce, ...times } = parsed(Claims, () => decodeJwt(jwt));
  if (!endpoints.some((one) => isEndpoint(htu, one))) {
    throw invalidProof(`must have the htu ${endpoints.join(' or ')}`);
  }
  checkTimes(times, nowMs / 1000);
  if (nonces !== undefined && (nonce === undefined || !nonces.accepts(nonce))) {
    throw new OAuthError(400, 'use_dpop_nonce', 'The DPoP proof must have the nonce of the header DPoP-Nonce');
  }
  return { jwt, alg: header.alg, jwk, jti };
}

function checkTimes({ iat, nbf, exp }: Pick<z.infer<typeof Claims>, 'iat' | 'nbf' | 'exp'>, nowSeconds: number): void {
  if (Math.abs(nowSeconds - iat) > MAX_DPOP_PROOF_AGE_SECONDS) {
    throw invalidProof('must have an iat of now; check the clock');
  }
  if ((exp ?? Infinity) <= nowSeconds - CLIENT_CLOCK_SKEW_SECONDS) throw invalidProof('has expired');
  if ((nbf ?? 0) > nowSeconds + CLIENT_CLOCK_SKEW_SECONDS) throw invalidProof('is not valid yet; check the clock');
}

function parsed<T>(schema: z.ZodType<T>, decode: () => unknown): T {
  let decoded: unknown;
  try {
    decoded = decode();
  } catch {
    throw invalidProof('is no JWT');
  }
  const result = schema.safeParse(decoded);
  if (result.success) return result.data;
  throw invalidProof(result.error.issues[0]?.message ?? 'is no JWT');
}

/** 400: what is wrong with a DPoP proof (RFC 9449 §5). Never with what was sent: it would be in a log, or tell a key. */
export function invalidProof(what: string): OAuthError {
  return new OAuthError(400, 'invalid_dpop_proof', `The DPoP proof ${what}`);
}
