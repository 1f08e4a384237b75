import type { ClientAssertion, ClientAssertionIssuer } from '../../../shared/domain/client-assertion-issuer.ts';
import { fapiOf, type Client } from '../../../shared/domain/client.ts';
import { isMeantBy } from '../../../shared/domain/federated-credential.ts';
import { onlyKey, usesOf, type KeyOfSet, type WantedKey } from '../../../shared/key-set.ts';
import type { FindKey } from '../client-keys/key-sets.ts';
import type { Configuration } from '../configuration-cache.ts';
import { isSigned, keyOfFetched } from './authenticate-client-assertion.ts';
import { refused } from './read-assertion.ts';
import type { FederatedAssertion } from './read-federated-assertion.ts';
import type { UseOnce } from './use-once.ts';

type Deps = {
  configuration: Configuration;
  findKey: FindKey;
  useOnce: UseOnce;
  issuer: string;
  /** Values of `aud` that mean this service. */
  audiences: readonly string[];
};

/**
 * Authenticates a client by a token of another issuer that it trusts. Whether the client, the issuer or the subject is unknown, or the token is not
 * signed by its issuer, the answer is the same: anybody can get a token of a public issuer, and learns nothing of who trusts it. That the keys of an
 * issuer are away is told to everybody who names it, whichever client is asked for.
 *
 * @returns The client, and what the token said, verified.
 * @throws {OAuthError} 401 `invalid_client`; 503 while the issuer's keys are not there.
 */
export async function authenticateByIssuer(
  assertion: FederatedAssertion,
  deps: Deps,
): Promise<{ client: Client; clientAssertion: ClientAssertion }> {
  const [client, issuer] = await Promise.all([
    deps.configuration.client(assertion.clientId),
    deps.configuration.clientAssertionIssuer(assertion.issuer),
  ]);
  const key = issuer === undefined ? undefined : await keyOfIssuer(issuer, assertion, deps.findKey);
  const signed = await isSigned(assertion, key === undefined ? [] : [keyOfFetched(key)]);
  if (client === undefined || issuer === undefined || !signed || !trusts(client, assertion, deps)) throw unknown();
  if (assertion.lifetimeSeconds > issuer.max_lifetime_seconds) throw unknown();
  if (await isForApi(assertion, deps.configuration)) throw unknown();
  if (issuer.single_use && !(await isFirstUse(assertion, deps.useOnce))) throw unknown();
  const { subject, claims } = assertion;
  return { client, clientAssertion: { issuer: assertion.issuer, subject, claims } };
}

/** As long as the configuration in memory lives. */
const setsInConfiguration = new WeakMap<object, KeyOfSet[]>();

/** Of keys that the tenant names itself, those at the issuer's `jwks_uri`, or where its metadata says that they are. */
export async function keyOfIssuer(
  { issuer, jwks_uri, jwks }: ClientAssertionIssuer,
  wanted: WantedKey,
  findKey: FindKey,
): Promise<KeyOfSet | undefined> {
  if (jwks === null) return findKey(jwks_uri ?? { issuer }, wanted);
  const keys = setsInConfiguration.get(jwks) ?? jwks.keys.flatMap(usesOf);
  setsInConfiguration.set(jwks, keys);
  return onlyKey(keys, wanted);
}

/** Whether a client trusts the issuer of a token with its subject, audience and claims. */
function trusts(client: Client, assertion: FederatedAssertion, { issuer, audiences }: Deps): boolean {
  // FAPI 2.0 §5.3.2.1 has private_key_jwt and mutual TLS alone. Tokens that were issued here are for APIs.
  if (fapiOf(client) !== undefined || assertion.issuer === issuer) return false;
  return client.federated_jwt?.some((credential) => isMeantBy(credential, assertion, audiences)) === true;
}

/** An access token of another issuer for an API that is here too: whoever it was shown to could show it again. */
async function isForApi({ aud }: FederatedAssertion, configuration: Configuration): Promise<boolean> {
  const apis = await Promise.all(aud.map((one) => configuration.resourceServer(one)));
  return apis.some((api) => api !== undefined);
}

async function isFirstUse({ issuer, jti }: FederatedAssertion, useOnce: UseOnce): Promise<boolean> {
  return jti !== undefined && (await useOnce('Client assertions', ['federated', issuer, jti]));
}

const unknown = () => refused('does not authenticate this client');
