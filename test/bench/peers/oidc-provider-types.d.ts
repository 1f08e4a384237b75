// oidc-provider ships no types; these are the few that the peer and the tests use.
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http';

  export type ClientCredentialsToken = { clientId: string; scope: string | undefined; aud: string };
  export type StructuredToken = { payload: Record<string, unknown> };
  export type ResourceServerInfo = {
    scope: string;
    audience: string;
    accessTokenFormat: 'jwt';
    accessTokenTTL: number;
    jwt: { sign: { alg: string } };
  };
  export type Configuration = {
    jwks: { keys: object[] };
    clients: Record<string, unknown>[];
    clientAuthMethods?: string[];
    responseTypes?: string[];
    scopes?: string[];
    routes?: { token: string; jwks: string };
    claims?: Record<string, string[]>;
    conformIdTokenClaims?: boolean;
    findAccount?: (context: unknown, id: string) => { accountId: string; claims: () => object };
    cookies: { keys: string[] };
    features: Record<string, { enabled: boolean; [option: string]: unknown }>;
    extraTokenClaims?(context: unknown, token: ClientCredentialsToken): Promise<Record<string, unknown>>;
    formats?: {
      customizers: { jwt(context: unknown, token: ClientCredentialsToken, jwt: StructuredToken): void };
    };
  };

  export default class Provider {
    constructor(issuer: string, configuration: Configuration);
    callback(): RequestListener;
  }
}
