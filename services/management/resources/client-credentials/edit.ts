import { newClientId } from '../../../../shared/client-secret.ts';
import type { Client, ClientCredential } from '../../../../shared/domain/client.ts';
import { ApiError, conflict, invalidBody } from '../../api/api-error.ts';
import { readPem } from './read-pem.ts';
import { MAX_CREDENTIALS, type CreateCredential } from './schema.ts';

/**
 * A credential made of what was sent.
 *
 * @throws {ApiError} 400
 */
export async function newCredential(body: CreateCredential): Promise<ClientCredential> {
  const key = await readPem(body.pem, body.alg);
  const nowMs = Date.now();
  return {
    id: `cred_${newClientId().slice(0, 22)}`,
    ...(body.name === undefined ? {} : { name: body.name }),
    credential_type: 'public_key',
    kid: body.kid ?? key.thumbprint,
    alg: body.alg,
    public_key_pem: key.pem,
    created_at_ms: nowMs,
    updated_at_ms: nowMs,
    expires_at_ms: expiryOf(body, key.expiresAtMs),
  };
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
