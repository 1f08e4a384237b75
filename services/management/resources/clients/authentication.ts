import {
  certificatesOf,
  FAPI_ALGS,
  fapiOf,
  type Client,
  type TokenEndpointAuthMethod,
} from '../../../../shared/domain/client.ts';
import { invalidBody } from '../../api/api-error.ts';
import type { AnyCredential } from '../client-credentials/edit.ts';
import { credentialsOf } from '../client-credentials/edit.ts';
import type { AuthenticationMethods, UpdateClient } from './schema.ts';

type Authentication = Pick<
  Client,
  | 'token_endpoint_auth_method'
  | 'private_key_jwt'
  | 'jwks_uri'
  | 'federated_jwt'
  | 'self_signed_tls_client_auth'
  | 'tls_client_auth'
>;

/** By no secret: what is more is said of each. An older version, which knows no other methods, finds no key. */
const WITHOUT_SECRET = {
  token_endpoint_auth_method: null,
  private_key_jwt: [],
  jwks_uri: null,
  federated_jwt: null,
  self_signed_tls_client_auth: null,
  tls_client_auth: null,
} satisfies Authentication;

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
    return byMethod(methods, client);
  }
  const leaves = methods === null || (jwks_uri === null && client.jwks_uri !== null);
  const signs = !leaves && client.private_key_jwt !== null;
  if (signs && typeof method === 'string') {
    throw invalidBody(
      "'the client authenticates by private_key_jwt; also send client_authentication_methods: null' on property token_endpoint_auth_method.",
    );
  }
  if (signs) {
    const { private_key_jwt, jwks_uri: present, federated_jwt, self_signed_tls_client_auth, tls_client_auth } = client;
    const asBefore = {
      private_key_jwt,
      jwks_uri: present,
      federated_jwt,
      self_signed_tls_client_auth,
      tls_client_auth,
    };
    return { ...WITHOUT_SECRET, ...asBefore };
  }
  if (method === null && !leaves) {
    throw invalidBody(
      "'can only be null together with client_authentication_methods' on property token_endpoint_auth_method.",
    );
  }
  return {
    ...WITHOUT_SECRET,
    token_endpoint_auth_method: method ?? client.token_endpoint_auth_method ?? 'client_secret_post',
    private_key_jwt: null,
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
  return { ...WITHOUT_SECRET, jwks_uri };
}

/** Credentials that are for each method. */
const FITTING = {
  private_key_jwt: ({ credential_type }: AnyCredential) => credential_type === 'public_key',
  self_signed_tls_client_auth: ({ credential_type }: AnyCredential) => credential_type === 'x509_cert',
  tls_client_auth: ({ credential_type }: AnyCredential) => !['public_key', 'x509_cert'].includes(credential_type),
} as const;

const METHODS = ['private_key_jwt', 'self_signed_tls_client_auth', 'tls_client_auth'] as const;

/**
 * By one method without a secret, with credentials that the client has.
 *
 * @throws {ApiError} 400
 */
export function byMethod(methods: AuthenticationMethods, client: Client): Authentication {
  const { federated_jwt } = methods;
  if (Object.values(methods).filter((method) => method !== undefined).length !== 1) throw noMethod();
  if (federated_jwt !== undefined) return { ...WITHOUT_SECRET, federated_jwt: [...federated_jwt.credentials] };
  const method = METHODS.find((one) => methods[one] !== undefined);
  if (method === undefined) throw noMethod();
  const ids = methods[method]?.credentials.map(({ id }) => id) ?? [];
  refuseUnknown(ids, method, client);
  return { ...WITHOUT_SECRET, [method]: [...new Set(ids)] };
}

function refuseUnknown(ids: readonly string[], method: keyof typeof FITTING, client: Client): void {
  const all = credentialsOf(client);
  const unknown = ids.filter((id) => !all.some((credential) => credential.id === id));
  if (unknown.length > 0) {
    throw invalidBody(
      `'the client has no credential ${unknown.join(', ')}; create it with POST /clients/{client_id}/credentials' on property client_authentication_methods.`,
    );
  }
  const other = all.find((credential) => ids.includes(credential.id) && !FITTING[method](credential));
  if (other === undefined) return;
  throw invalidBody(
    `'the credential ${other.id} is of the type ${other.credential_type}' on property client_authentication_methods.${method}.`,
  );
}

/** 400: not one method. */
const noMethod = () =>
  invalidBody(
    "'must have one of private_key_jwt, self_signed_tls_client_auth, tls_client_auth and federated_jwt' on property client_authentication_methods.",
  );

/**
 * The client, unless its compliance level would keep it from every token.
 *
 * @throws {ApiError} 400
 */
export function compliant(client: Client): Client {
  const fapi = fapiOf(client);
  if (fapi === undefined) return client;
  const { private_key_jwt: ids, jwks_uri, federated_jwt, credentials, compliance_level } = client;
  const refused = (what: string) =>
    invalidBody(`'${String(compliance_level)} needs ${what}' on property compliance_level.`);
  const byCertificate = certificatesOf(client) !== undefined;
  if (fapi.authenticatesBy === 'tls') {
    if (byCertificate) return client;
    throw refused('client_authentication_methods.self_signed_tls_client_auth or .tls_client_auth');
  }
  if (ids === null || federated_jwt !== null || byCertificate) {
    throw refused('client_authentication_methods.private_key_jwt or jwks_uri');
  }
  const canSign = credentials.some(({ id, alg }) => ids.includes(id) && FAPI_ALGS.includes(alg));
  if (jwks_uri !== null || canSign) return client;
  throw refused(`a credential for ${FAPI_ALGS.join(', ')}`);
}

/** @throws {ApiError} 400 for another method together with private_key_jwt. */
export function refuseBoth(method: TokenEndpointAuthMethod | null | undefined): void {
  if (typeof method !== 'string') return;
  throw invalidBody(
    "'must be absent or null together with client_authentication_methods' on property token_endpoint_auth_method.",
  );
}
