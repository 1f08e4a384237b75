import { clientSecretMatches } from '../../../shared/client-secret.ts';
import { fapiOf, type Client } from '../../../shared/domain/client.ts';
import type { Configuration } from '../configuration-cache.ts';
import { OAuthError } from '../../../shared/oauth-error.ts';
import { CHALLENGE, Refusal } from '../refusals.ts';
import type { CredentialParameters } from './parse-parameters.ts';
import { isOfAnotherIssuer, readFederatedAssertion, type FederatedAssertion } from './read-federated-assertion.ts';
import { JWT_BEARER, NOT_OF_THE_CLIENT, readAssertion, refused, type Assertion } from './read-assertion.ts';

/** What a client shows to prove who it is: its secret, a JWT that it signed, or one of another issuer. */
export type SecretCredentials = { clientId: string; clientSecret: string | undefined; basic: boolean };
export type Credentials = SecretCredentials | Assertion | FederatedAssertion;

/** Also with nothing behind it: whoever sends it means to authenticate so. */
const BASIC = /^basic(?: +|$)/i;

/**
 * Finds the client's credentials in the Authorization header or the body, and of one method only (RFC 6749 §2.3).
 *
 * @param audiences Values of a client assertion's `aud` that mean this service.
 */
export function readCredentials(
  authorization: string | undefined,
  parameters: CredentialParameters,
  audiences: readonly string[],
): Credentials {
  const { clientAssertion } = parameters;
  if (clientAssertion !== undefined) {
    refuseOtherMethods(authorization, parameters);
    return readAssertionCredentials(clientAssertion, parameters, audiences);
  }
  return readSecretCredentials(authorization, parameters);
}

function refuseOtherMethods(authorization: string | undefined, { clientSecret }: CredentialParameters): void {
  if (clientSecret === undefined && !BASIC.test(authorization ?? '')) return;
  throw new OAuthError(400, 'invalid_request', 'Send a client_assertion or a client secret, not both');
}

function readAssertionCredentials(
  clientAssertion: string,
  { clientId, clientAssertionType }: CredentialParameters,
  audiences: readonly string[],
): Assertion | FederatedAssertion {
  if (clientAssertionType === undefined) {
    throw new OAuthError(400, 'invalid_request', 'Missing required parameter: client_assertion_type');
  }
  if (clientAssertionType !== JWT_BEARER) {
    throw new OAuthError(401, 'invalid_client', `client_assertion_type must be ${JWT_BEARER}`);
  }
  // A platform does not know our clients, so that the request must name its own.
  if (clientId !== undefined && isOfAnotherIssuer(clientAssertion))
    return readFederatedAssertion(clientAssertion, clientId);
  const assertion = readAssertion(clientAssertion, audiences);
  if (clientId !== undefined && clientId !== assertion.clientId) throw refused(NOT_OF_THE_CLIENT);
  return assertion;
}

function readSecretCredentials(authorization: string | undefined, parameters: CredentialParameters): SecretCredentials {
  const { clientId, clientSecret } = parameters;
  if (authorization !== undefined && BASIC.test(authorization)) {
    const basic = parseBasic(authorization);
    if (clientSecret !== undefined || (clientId !== undefined && clientId !== basic.clientId)) {
      throw new OAuthError(
        400,
        'invalid_request',
        'Send the client credentials in the Authorization header or in the body, not in both',
      );
    }
    return { ...basic, basic: true };
  }
  if (clientId === undefined) throw new OAuthError(401, 'invalid_client', 'Missing client_id', { headers: CHALLENGE });
  return { clientId, clientSecret, basic: false };
}

// RFC 6749 §2.3.1: both halves are form-urlencoded before they are joined by a colon.
function parseBasic(authorization: string): { clientId: string; clientSecret: string } {
  const decoded = Buffer.from(authorization.replace(BASIC, '').trim(), 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  try {
    if (colon > 0) {
      const [clientId, clientSecret] = [decoded.slice(0, colon), decoded.slice(colon + 1)].map((half) =>
        decodeURIComponent(half.replaceAll('+', ' ')),
      );
      if (clientId !== undefined && clientSecret !== undefined) return { clientId, clientSecret };
    }
  } catch {
    // Not percent-encoded as it should be: the same answer as for no credentials at all.
  }
  throw new OAuthError(401, 'invalid_client', 'The Authorization header has no valid Basic credentials', {
    headers: CHALLENGE,
  });
}

/**
 * Authenticates the client by its secret. A client that signs assertions has none that could be used. Whether it is unknown or its secret is wrong, the answer and the time it takes are the same.
 *
 * @throws {OAuthError} 401 `access_denied` (contract §2.3).
 */
export async function authenticateClient(
  { clientId, clientSecret, basic }: SecretCredentials,
  configuration: Configuration,
  clientSecretKey: Buffer,
): Promise<Client> {
  const client = await configuration.client(clientId);
  const isBySecret = client?.private_key_jwt === null && fapiOf(client) === undefined;
  if (isBySecret && client.token_endpoint_auth_method === 'none') return client;
  const nowMs = Date.now();
  const secrets = isBySecret ? client.client_secrets : [];
  const valid = secrets.filter(({ expires_at_ms }) => (expires_at_ms ?? Infinity) > nowMs);
  const matches = clientSecretMatches(
    clientSecret ?? '',
    valid.map(({ hash }) => hash),
    clientSecretKey,
  );
  if (client === undefined || !matches) {
    throw new Refusal('not_authenticated', basic ? { headers: CHALLENGE } : {});
  }
  return client;
}
