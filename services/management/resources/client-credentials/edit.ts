import { newClientId } from '../../../../shared/client-secret.ts';
import {
  certificatesOf,
  type AssertionAlg,
  type CertificateCredential,
  type Client,
  type ClientCredential,
} from '../../../../shared/domain/client.ts';
import { ApiError, conflict, invalidBody } from '../../api/api-error.ts';
import { certificateValue } from './new-certificate.ts';
import { readJwk } from './read-jwk.ts';
import { readPem, type PublicKey } from './read-pem.ts';
import { MAX_CREDENTIALS, type CreateCredential, type CreatePublicKey } from './schema.ts';

/** A key that a client signs with, or a certificate. */
export type AnyCredential = ClientCredential | CertificateCredential;

/**
 * A credential made of what was sent.
 *
 * @throws {ApiError} 400
 */
export async function newCredential(body: CreateCredential): Promise<AnyCredential> {
  const nowMs = Date.now();
  const common = {
    id: `cred_${newClientId().slice(0, 22)}`,
    ...(body.name === undefined ? {} : { name: body.name }),
    created_at_ms: nowMs,
    updated_at_ms: nowMs,
  };
  if (body.credential_type !== 'public_key') {
    const { value, expiresAtMs } = certificateValue(body);
    const expires_at_ms = inFuture(body.expires_at) ?? expiresAtMs;
    return { ...common, credential_type: body.credential_type, value, expires_at_ms };
  }
  const key = await keyOf(body);
  return {
    ...common,
    credential_type: 'public_key',
    kid: body.kid ?? key.kid ?? key.thumbprint,
    alg: key.alg,
    public_key_pem: key.pem,
    expires_at_ms: expiryOf(body, key.expiresAtMs),
  };
}

async function keyOf({
  pem,
  jwk,
  alg,
  kid,
}: CreatePublicKey): Promise<PublicKey & { alg: AssertionAlg; kid?: string }> {
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

function expiryOf(body: CreatePublicKey, ofCertificateMs: number | undefined): number | null {
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

/** All that a client has, of either kind. */
export const credentialsOf = ({ credentials, certificates }: Client): AnyCredential[] => [
  ...credentials,
  ...certificates,
];

/** @throws {ApiError} 409 for a key or a certificate that the client has already, 400 for one too many. */
export function withCredential(client: Client, credential: AnyCredential): Client {
  const twin = credentialsOf(client).find((one) => nameOf(one) === nameOf(credential));
  if (twin !== undefined) {
    throw conflict('credential_conflict', `The client has a credential with the ${nameOf(credential)} already.`);
  }
  if (credentialsOf(client).length >= MAX_CREDENTIALS) {
    throw new ApiError(
      400,
      'limit_exceeded',
      `The client has ${String(MAX_CREDENTIALS)} credentials, the maximum; delete one first.`,
    );
  }
  return credential.credential_type === 'public_key'
    ? { ...client, credentials: [...client.credentials, credential] }
    : { ...client, certificates: [...client.certificates, credential] };
}

const nameOf = (credential: AnyCredential): string =>
  credential.credential_type === 'public_key'
    ? `kid ${credential.kid}`
    : `${credential.credential_type} ${credential.value}`;

/** The client with the credential changed. */
export function withChanged(
  client: Client,
  id: string,
  news: { expires_at_ms: number | null; updated_at_ms: number },
): Client {
  const changed = <Credential extends AnyCredential>(credential: Credential): Credential =>
    credential.id === id && credential.expires_at_ms !== news.expires_at_ms ? { ...credential, ...news } : credential;
  return {
    ...client,
    credentials: client.credentials.map(changed),
    certificates: client.certificates.map(changed),
  };
}

/** @throws {ApiError} 409 for a credential that the client authenticates with. */
export function withoutCredential(client: Client, id: string): Client {
  if (client.private_key_jwt?.includes(id) === true || certificatesOf(client)?.includes(id) === true) {
    throw conflict(
      'credential_in_use',
      'The client authenticates with this credential; remove it from client_authentication_methods first.',
    );
  }
  const others = (credential: AnyCredential): boolean => credential.id !== id;
  return {
    ...client,
    credentials: client.credentials.filter(others),
    certificates: client.certificates.filter(others),
  };
}
