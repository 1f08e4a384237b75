import { randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { CONTRACTS } from '../../shared/domain/contracts.ts';
import { isIssuersClaim, isReservedClaim } from '../../shared/domain/reserved-claims.ts';
import { HookmintError } from '../../shared/errors.ts';
import type { TokenSign, TokenSignReply } from '../../shared/subjects/token-sign.ts';
import type { KeyRing } from './keys.ts';
import { signJws } from './sign-jws.ts';

/**
 * Mints one access token: a JWT in Auth0's shape (contract §3) or that of RFC 9068, by the API's dialect.
 *
 * @throws {HookmintError} `reserved_claim` when a custom claim has the name of one that only the issuer may set. The gateway
 *   has filtered these already; the signer takes nobody's word for it.
 */
export async function mintAccessToken(request: TokenSign, keys: KeyRing): Promise<TokenSignReply> {
  // Claims of the configuration and of Actions stand beside those of a hook: what its system would set itself is the gateway's to drop.
  const isRefused = CONTRACTS[request.contract ?? 'hook'].isAuth0 ? isReservedClaim : isIssuersClaim;
  for (const name of Object.keys(request.custom_claims)) {
    if (isRefused(name)) throw new HookmintError('reserved_claim', `The claim "${name}" is reserved for the issuer.`);
  }
  const { kid, key } = keys.current(request.signing_alg, request.token_lifetime_seconds);
  const nowSeconds = Math.floor(Date.now() / 1000);
  const rfc9068 = request.token_dialect.startsWith('rfc9068');
  const jti = rfc9068 ? randomUUID() : undefined;
  const { on_behalf: onBehalf } = request;
  const expiresAt = Math.min(nowSeconds + request.token_lifetime_seconds, onBehalf?.expires_at ?? Infinity);
  const claims: JWTPayload = {
    ...request.custom_claims,
    iss: request.iss,
    sub: onBehalf?.sub ?? `${request.client_id}@clients`,
    aud: request.aud,
    iat: nowSeconds,
    exp: expiresAt,
    ...(onBehalf?.act === undefined ? {} : { act: onBehalf.act }),
    ...(request.scope === undefined ? {} : { scope: request.scope }),
    ...(request.permissions === undefined ? {} : { permissions: request.permissions }),
    ...(request.cnf === undefined ? {} : { cnf: request.cnf }),
    ...(jti === undefined
      ? { gty: onBehalf?.grant_type ?? 'client-credentials', azp: request.client_id }
      : { client_id: request.client_id, jti }),
  };
  const header = { alg: request.signing_alg, typ: rfc9068 ? 'at+jwt' : 'JWT', kid };
  const access_token = await signJws(header, claims, key);
  return { access_token, kid, key_set_version: keys.version(), ...(jti === undefined ? {} : { jti }) };
}
