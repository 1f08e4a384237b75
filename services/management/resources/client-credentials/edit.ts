import { newClientId } from '../../../../shared/client-secret.ts';
import type { AssertionAlg, Client, ClientCredential } from '../../../../shared/domain/client.ts';
import { ApiError, conflict, invalidBody } from '../../api/api-error.ts';
import { readJwk } from './read-jwk.ts';
import { readPem, type PublicKey } from './read-pem.ts';
import { MAX_CREDENTIALS, type CreateCredential } from './schema.ts';

/**
 * A credential made of what was sent.
 *
 * @throws {ApiError} 400
 */
export async function newCredential(body: CreateCredential): Promise<ClientCredential> {
  const key = await keyOf(body);
  const nowMs = Date.now();
  return {
    id: `cred_${newClientId().slice(0, 22)}`,
    ...(body.name === undefined ? {} : { name: body.name }),
    credential_type: 'public_key',
    kid: body.kid ?? key.kid ?? key.thumbprint,
    alg: key.alg,
    public_key_pem: key.pem,
    created_at_ms: nowMs,
    updated_at_ms: nowMs,
    expires_at_ms: expiryOf(body, key.expiresAtMs),
  };
}

async function keyOf({
  pem,
  jwk,
  alg,
  kid,
}: CreateCredential): Promise<PublicKey & { alg: AssertionAlg; kid?: string }> {
  if ((pem === undefined) === (jwk === undefined)) {
    throw invalidBody("'must have either pem or jwk' on property pem.");
  }
  if (jwk === undefined) {
    const used = alg ?? 'RS256';
    return { ...(await readPem(pem ?? '', used)), alg: used };
  }
  const key = readJwk(jwk, alg);
  if (kid === undefined || key.kid === undefined || kid === key.kid) return key;
  throw invalidBody("'must be the kid of the jwk, or absent' on property kid.");
}

function expiryOf(body: CreateCredential, ofCertificateMs: number | undefined): number | null {
  if (!body.parse_expiry_from_cert) return inFuture(body.expires_at);
  if (body.expires_at !== undefined) {
    throw invalidBody("'cannot be sent together with parse_expiry_from_cert' on property expires_at.");
  }
  if (ofCertificateMs === undefined) {
    throw invalidBody("'needs a certificate in pem, not a bare key' on property parse_expiry_from_cert.");
  }
  if (ofCertificateMs <= Date.now()) throw invalidBody("'the certificate has expired' on property pem.");
  return ofCertificateMs;
}

/** @throws {ApiError} 400 for a time that has passed. */
export function inFuture(expiresAt: string | null | undefined): number | null {
  if (expiresAt === undefined || expiresAt === null) return null;
  const ms = Date.parse(expiresAt);
  if (ms <= Date.now()) throw invalidBody("'must be in the future' on property expires_at.");
  return ms;
}

/** @throws {ApiError} 409 for a key that the client has already, 400 for one too many. */
export function withCredential(client: Client, credential: ClientCredential): Client {
  if (client.credentials.some(({ kid }) => kid === credential.kid)) {
    throw conflict('credential_conflict', `The client has a credential with the kid ${credential.kid} already.`);
  }
  if (client.credentials.length >= MAX_CREDENTIALS) {
    throw new ApiError(
      400,
      'limit_exceeded',
      `The client has ${String(MAX_CREDENTIALS)} credentials, the maximum; delete one first.`,
    );
  }
  return { ...client, credentials: [...client.credentials, credential] };
}

/** @throws {ApiError} 409 for a credential that the client authenticates with. */
export function withoutCredential(client: Client, id: string): Client {
  if (client.private_key_jwt?.includes(id) === true) {
    throw conflict(
      'credential_in_use',
      'The client authenticates with this credential; remove it from client_authentication_methods first.',
    );
  }
  return { ...client, credentials: client.credentials.filter((credential) => credential.id !== id) };
}
