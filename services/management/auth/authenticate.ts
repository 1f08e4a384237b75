import { errors, jwtVerify, type JWTPayload } from 'jose';
import { SigningAlg } from '../../../shared/domain/resource-server.ts';
import { isRevokedWithOthers } from '../../../shared/domain/revoked-tokens.ts';
import { keySetOf } from '../../../shared/local-key-set.ts';
import { clientGrantsIn } from '../../../shared/store/client-grants.ts';
import { clientsIn } from '../../../shared/store/clients.ts';
import { revocationsIn } from '../../../shared/store/revocations.ts';
import { tokenKeyOf } from '../../../shared/token-key.ts';
import { ApiError } from '../api/api-error.ts';
import type { Caller } from '../api/route.ts';
import type { Deps } from '../deps.ts';

/** Clocks of services may differ by so much, seconds. */
const CLOCK_TOLERANCE_SECONDS = 5;

/**
 * Who calls: the client that hookmint issued the bearer token to, for this API (RFC 6750, contract §5), with those scopes of the token
 * that its grant has now.
 *
 * @throws {ApiError} 401, or 503 while no signer has told its keys, or tells whether the token's is one.
 */
export async function authenticate(
  authorization: string | undefined,
  ip: string | undefined,
  deps: Deps,
): Promise<Caller> {
  const token = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) throw unauthorized('Missing authentication');
  const { sub, scope, iat = 0, cnf, jti, azp, client_id: issuedTo = azp } = await verify(token, deps);
  // Whoever shows it has not proved to have its key (RFC 9449 §7.1).
  if (cnf !== undefined) throw unauthorized('The token is bound to a key; this API takes bearer tokens');
  const clientId = /^(.+)@clients$/.exec(typeof sub === 'string' ? sub : '')?.[1];
  // One that speaks for somebody else is not who it speaks for.
  if (clientId === undefined || (issuedTo !== undefined && clientId !== issuedTo)) throw unauthorized('Invalid token');
  // A token outlives its client, and what it was granted, by as much as a day; its rights do not.
  const [client, grant, isRevoked] = await Promise.all([
    clientsIn(deps.db).find(clientId),
    clientGrantsIn(deps.db).findFor(clientId, deps.audience),
    revocationsIn(deps.db).has(tokenKeyOf(token, { jti })),
  ]);
  if (client === undefined) throw unauthorized('The client of the token does not exist any more');
  // Nor do they come back with another client that is given the same id.
  const { created_at_ms = 0 } = client;
  if ((iat + CLOCK_TOLERANCE_SECONDS) * 1_000 < created_at_ms) {
    throw unauthorized('The token was issued to an earlier client of the same client_id');
  }
  if (isRevoked || [client, grant].some((one) => one !== undefined && isRevokedWithOthers(one, iat))) {
    throw unauthorized('The token was revoked');
  }
  const granted = (one: string): boolean => grant?.allow_all_scopes === true || grant?.scope.includes(one) === true;
  const scopes = new Set(typeof scope === 'string' ? scope.split(' ').filter(granted) : []);
  return { id: clientId, person: undefined, scopes, ip };
}

async function verify(token: string, { publicKeys, issuer, audience }: Deps): Promise<JWTPayload> {
  const isHeard = await publicKeys.hearOfKeyOf(token);
  const keys = publicKeys.keys();
  if (!isHeard || keys === undefined) {
    throw new ApiError(503, 'keys_unavailable', 'The keys that verify access tokens are not known yet', {
      headers: { 'Retry-After': '1' },
    });
  }
  try {
    const { payload } = await jwtVerify(token, keySetOf(keys), {
      issuer,
      audience,
      algorithms: SigningAlg.options,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    });
    return payload;
  } catch (error) {
    throw unauthorized(reasonOf(error, token), { cause: error });
  }
}

function reasonOf(error: unknown, token: string): string {
  if (error instanceof errors.JWTExpired) return 'Expired token received for JSON Web Token validation';
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') {
    const audience = error.payload.aud;
    return `Bad audience: ${String(audience).slice(0, 200)}`;
  }
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'iss') {
    return 'The token was issued by another issuer';
  }
  return token.split('.').length === 3 ? 'Invalid signature received for JSON Web Token validation' : 'Invalid token';
}

function unauthorized(message: string, options: ErrorOptions = {}): ApiError {
  return new ApiError(401, 'invalid_token', message, { ...options, headers: { 'WWW-Authenticate': 'Bearer' } });
}
