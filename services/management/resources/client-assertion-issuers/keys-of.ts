import type { ClientAssertionIssuer } from '../../../../shared/domain/client-assertion-issuer.ts';
import { usesOf } from '../../../../shared/key-set.ts';
import { isPrivate } from '../../../../shared/public-jwk.ts';
import { invalidBody } from '../../api/api-error.ts';

type Keys = Pick<ClientAssertionIssuer, 'jwks_uri' | 'jwks'>;
type Sent = {
  jwks_uri?: string | null | undefined;
  jwks?: { keys: readonly Readonly<Record<string, unknown>>[] } | null | undefined;
};

/** They are found by the metadata of the issuer. */
export const NO_KEYS: Keys = { jwks_uri: null, jwks: null };

/** Members of a public JWK that count. */
const MEMBERS = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'alg', 'use'];

const MAX_KID_LENGTH = 128;

/**
 * Where the keys of an issuer are after a change. One place takes that of the other.
 *
 * @throws {ApiError} 400, never with a member of a key.
 */
export function keysOf({ jwks_uri, jwks }: Sent, before: Keys): Keys {
  if (typeof jwks_uri === 'string' && typeof jwks === 'object' && jwks !== null) {
    throw invalidBody("'must be absent or null together with jwks_uri' on property jwks.");
  }
  if (typeof jwks_uri === 'string') return { jwks_uri, jwks: null };
  if (typeof jwks === 'object' && jwks !== null) return { jwks_uri: null, jwks: { keys: jwks.keys.map(publicKey) } };
  return {
    jwks_uri: jwks_uri === undefined ? before.jwks_uri : null,
    jwks: jwks === undefined ? before.jwks : null,
  };
}

function publicKey(jwk: Readonly<Record<string, unknown>>): Record<string, string> {
  if (isPrivate(jwk)) {
    throw refused(
      'has a private or symmetric key, which must stay secret: send the public members alone; replace that key',
    );
  }
  const { kid = '' } = jwk;
  if (usesOf(jwk).length === 0 || typeof kid !== 'string' || kid.length > MAX_KID_LENGTH) {
    throw refused(
      'has a key that verifies nothing here: RSA of 2048 to 4096 bits, P-256, P-384 or Ed25519, for signatures',
    );
  }
  return Object.fromEntries(
    Object.entries(jwk).filter(
      (entry): entry is [string, string] => MEMBERS.includes(entry[0]) && typeof entry[1] === 'string',
    ),
  );
}

const refused = (what: string) => invalidBody(`'${what}' on property jwks.`);
