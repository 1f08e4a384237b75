import { FAPI_ALGS, isFapi, type Client, type TokenEndpointAuthMethod } from '../../../../shared/domain/client.ts';
import type { FederatedCredential } from '../../../../shared/domain/federated-credential.ts';
import { invalidBody } from '../../api/api-error.ts';
import type { UpdateClient } from './schema.ts';

type Authentication = Pick<Client, 'token_endpoint_auth_method' | 'private_key_jwt' | 'jwks_uri' | 'federated_jwt'>;

/** Of a client that says nothing about it: applications in a browser or on a phone cannot keep a secret. */
export function defaultAuthMethod(appType: string | undefined): TokenEndpointAuthMethod {
  return appType === 'spa' || appType === 'native' ? 'none' : 'client_secret_post';
}

/**
 * How a client authenticates after a change: with a secret or not at all (`token_endpoint_auth_method`), or by private_key_jwt, where
 * that is `null` (contract §5.3). Its keys are its credentials, or those at its `jwks_uri`. The way from private_key_jwt to a secret is
 * never taken in passing: it is asked for by `client_authentication_methods: null`, or `jwks_uri: null`.
 *
 * @throws {ApiError} 400
 */
export function authenticationOf(
  client: Client,
  {
    token_endpoint_auth_method: method,
    client_authentication_methods: methods,
    jwks_uri,
  }: Pick<UpdateClient, 'token_endpoint_auth_method' | 'client_authentication_methods' | 'jwks_uri'>,
): Authentication {
  if (typeof jwks_uri === 'string') return byKeysAt(jwks_uri, method, methods);
  if (methods !== undefined && methods !== null) {
    refuseBoth(method);
    const { private_key_jwt, federated_jwt } = methods;
    if (federated_jwt !== undefined) return byIssuers(federated_jwt.credentials, methods);
    if (private_key_jwt === undefined) throw noMethod();
    const ids = private_key_jwt.credentials.map(({ id }) => id);
    const unknown = ids.filter((id) => !client.credentials.some((credential) => credential.id === id));
    if (unknown.length > 0) {
      throw invalidBody(
        `'the client has no credential ${unknown.join(', ')}; create it with POST /clients/{client_id}/credentials' on property client_authentication_methods.`,
      );
    }
    return {
      token_endpoint_auth_method: null,
      private_key_jwt: [...new Set(ids)],
      jwks_uri: null,
      federated_jwt: null,
    };
  }
  const leaves = methods === null || (jwks_uri === null && client.jwks_uri !== null);
  const signs = !leaves && client.private_key_jwt !== null;
  if (signs && typeof method === 'string') {
    throw invalidBody(
      "'the client authenticates by private_key_jwt; also send client_authentication_methods: null' on property token_endpoint_auth_method.",
    );
  }
  if (signs) {
    const { private_key_jwt, jwks_uri: present, federated_jwt } = client;
    return { token_endpoint_auth_method: null, private_key_jwt, jwks_uri: present, federated_jwt };
  }
  if (method === null && !leaves) {
    throw invalidBody(
      "'can only be null together with client_authentication_methods' on property token_endpoint_auth_method.",
    );
  }
  return {
    token_endpoint_auth_method: method ?? client.token_endpoint_auth_method ?? 'client_secret_post',
    private_key_jwt: null,
    jwks_uri: null,
    federated_jwt: null,
  };
}

/**
 * By private_key_jwt, with the keys that the client publishes.
 *
 * @throws {ApiError} 400 where it is to authenticate otherwise too.
 */
export function byKeysAt(
  jwks_uri: string,
  method: TokenEndpointAuthMethod | null | undefined,
  methods: object | null | undefined,
): Authentication {
  if (typeof methods === 'object' && methods !== null) {
    throw invalidBody("'must be absent or null together with jwks_uri' on property client_authentication_methods.");
  }
  if (typeof method === 'string') {
    throw invalidBody("'must be absent or null together with jwks_uri' on property token_endpoint_auth_method.");
  }
  return { token_endpoint_auth_method: null, private_key_jwt: [], jwks_uri, federated_jwt: null };
}

/**
 * By tokens of other issuers, and by nothing else.
 *
 * @throws {ApiError} 400
 */
export function byIssuers(
  credentials: readonly FederatedCredential[],
  { private_key_jwt }: { private_key_jwt?: unknown },
): Authentication {
  if (private_key_jwt !== undefined) throw noMethod();
  return { token_endpoint_auth_method: null, private_key_jwt: [], jwks_uri: null, federated_jwt: [...credentials] };
}

/** 400: not one method. */
export const noMethod = () =>
  invalidBody("'must have either private_key_jwt or federated_jwt' on property client_authentication_methods.");

/**
 * The client, unless its compliance level would keep it from every token.
 *
 * @throws {ApiError} 400
 */
export function compliant(client: Client): Client {
  if (!isFapi(client)) return client;
  const { private_key_jwt: ids, jwks_uri, federated_jwt, credentials } = client;
  if (ids === null || federated_jwt !== null) {
    throw invalidBody(
      "'fapi2_sp_pkj_dpop needs client_authentication_methods.private_key_jwt or jwks_uri' on property compliance_level.",
    );
  }
  const canSign = credentials.some(({ id, alg }) => ids.includes(id) && FAPI_ALGS.includes(alg));
  if (jwks_uri !== null || canSign) return client;
  throw invalidBody(`'fapi2_sp_pkj_dpop needs a credential for ${FAPI_ALGS.join(', ')}' on property compliance_level.`);
}

/** @throws {ApiError} 400 for another method together with private_key_jwt. */
export function refuseBoth(method: TokenEndpointAuthMethod | null | undefined): void {
  if (typeof method !== 'string') return;
  throw invalidBody(
    "'must be absent or null together with client_authentication_methods' on property token_endpoint_auth_method.",
  );
}
