import { compactVerify, generateKeyPair, importJWK, importSPKI, type CryptoKey } from 'jose';
import { isSameAlg, type AssertionAlg, type Client, type ClientCredential } from '../../../shared/domain/client.ts';
import type { KeyOfSet } from '../../../shared/key-set.ts';
import type { FindKey } from '../client-keys/key-sets.ts';
import type { Configuration } from '../configuration-cache.ts';
import { checkFapiAssertion } from './check-fapi-assertion.ts';
import { refused, type Assertion } from './read-assertion.ts';
import type { UseOnce } from './use-once.ts';

/**
 * Authenticates a client by the JWT that it signed (private_key_jwt: RFC 7523 §3, contract §2.1). Whether the client is unknown,
 * authenticates otherwise, or has not signed it, the answer is the same.
 *
 * @throws {OAuthError} 401 `invalid_client`; 503 while the client's keys are not there, or it cannot be known whether the assertion was
 *   used before.
 */
export async function authenticateByAssertion(
  assertion: Assertion,
  configuration: Configuration,
  findKey: FindKey,
  useOnce: UseOnce,
  issuer: string,
): Promise<Client> {
  const client = await configuration.client(assertion.clientId);
  const signed = await isSigned(assertion, await keysOf(client, assertion, findKey));
  if (client === undefined || !signed) {
    throw refused('is not signed with a valid key that is registered for this client, alg and kid');
  }
  checkFapiAssertion(client, assertion, issuer);
  if (!(await useOnce('Client assertions', [client.client_id, assertion.jti]))) {
    throw refused('was used before; sign a new one, with a new jti, for each request');
  }
  return client;
}

async function keysOf(
  client: Client | undefined,
  assertion: Assertion,
  findKey: FindKey,
): Promise<Promise<CryptoKey>[]> {
  if (client === undefined || client.jwks_uri === null) return candidatesOf(client, assertion).map(keyOfCredential);
  const key = await findKey(client.jwks_uri, assertion);
  return key === undefined ? [] : [keyOfFetched(key)];
}

function candidatesOf(client: Client | undefined, { alg, kid }: Assertion): ClientCredential[] {
  const nowMs = Date.now();
  return (client?.credentials ?? []).filter(
    (credential) =>
      client?.private_key_jwt?.includes(credential.id) === true &&
      isSameAlg(credential.alg, alg) &&
      (kid === undefined || credential.kid === kid) &&
      (credential.expires_at_ms ?? Infinity) > nowMs,
  );
}

/** Takes as long when there is no key as when there is one that has not signed it. */
export async function isSigned(
  { jwt, alg }: Pick<Assertion, 'jwt' | 'alg'>,
  keys: readonly Promise<CryptoKey>[],
): Promise<boolean> {
  const results = await Promise.all(
    (keys.length === 0 ? [nobodysKey(alg)] : keys).map(async (key) => {
      try {
        await compactVerify(jwt, await key, { algorithms: [alg] });
        return true;
      } catch {
        return false;
      }
    }),
  );
  return keys.length > 0 && results.includes(true);
}

/** No signature is valid by it: the numbers are of the size of a key, and no more. */
const NOBODYS_KEY = { kty: 'RSA', n: Buffer.alloc(256, 0xff).toString('base64url'), e: 'AQAB' };

/** Imported once, like the clients' keys: an import takes longer than a signature. */
const nobodysKeys = new Map<AssertionAlg, Promise<CryptoKey>>();

function nobodysKey(alg: AssertionAlg): Promise<CryptoKey> {
  const key = nobodysKeys.get(alg) ?? newNobodysKey(alg);
  nobodysKeys.set(alg, key);
  return key;
}

/** A point of a curve cannot be made up; that of a pair whose private half is forgotten can. */
async function newNobodysKey(alg: AssertionAlg): Promise<CryptoKey> {
  if (/^[RP]S/.test(alg)) return (await importJWK(NOBODYS_KEY, alg)) as CryptoKey;
  return (await generateKeyPair(alg)).publicKey;
}

/** As long as the configuration in memory lives, or the JWK Set. */
const imported = new WeakMap<ClientCredential | KeyOfSet, Promise<CryptoKey>>();

const keyOfCredential = (credential: ClientCredential): Promise<CryptoKey> =>
  importedOnce(credential, ({ public_key_pem, alg }) => importSPKI(public_key_pem, alg));

export const keyOfFetched = (key: KeyOfSet): Promise<CryptoKey> =>
  importedOnce(key, ({ jwk, alg }) => importJWK(jwk, alg));

function importedOnce<Source extends ClientCredential | KeyOfSet>(
  source: Source,
  importOne: (source: Source) => Promise<CryptoKey>,
): Promise<CryptoKey> {
  const known = imported.get(source);
  if (known !== undefined) return known;
  const key = importOne(source);
  imported.set(source, key);
  return key;
}
