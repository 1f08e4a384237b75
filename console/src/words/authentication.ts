import type { Client } from '../api/clients.ts';

const METHODS: Readonly<Record<string, string>> = {
  client_secret_post: 'client secret',
  client_secret_basic: 'client secret, in the header',
  none: 'none: it gets no token',
  private_key_jwt: 'private key (JWT)',
  federated_jwt: 'tokens of another issuer',
  self_signed_tls_client_auth: 'its certificate (TLS)',
  tls_client_auth: 'certificates of an authority (TLS)',
};

export const methodInWords = (method: string): string => METHODS[method] ?? method;

/** How a client proves who it is; without a method of its own it is by the keys that it publishes. */
export function authenticationInWords({
  token_endpoint_auth_method: bySecret,
  client_authentication_methods: methods = {},
}: Pick<Client, 'token_endpoint_auth_method' | 'client_authentication_methods'>): string {
  return methodInWords(bySecret ?? Object.keys(methods)[0] ?? 'private_key_jwt');
}
