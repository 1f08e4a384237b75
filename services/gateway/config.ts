import { z } from 'zod';
import { busEnv } from '../../shared/bus/connect.ts';
import { addressCeiling } from '../../shared/egress/address-ceiling.ts';
import { integer, key256, pemFile, readSettings } from '../../shared/env.ts';
import { connectionsEnv, drainEnv } from '../../shared/http/server.ts';
import { tlsEnv } from '../../shared/http/tls-files.ts';
import { CERTIFICATE_HEADERS } from './client-certificate/headers.ts';
import { storeEnv } from '../../shared/store/connect.ts';

/** The gateway's settings. */
export const SETTINGS = {
  ...busEnv,
  ...storeEnv,
  ...tlsEnv,
  ...drainEnv,
  ...connectionsEnv,
  /** Name of the tenant, also in the subjects of the bus and the name of the database. All services have the same. */
  HOOKMINT_TENANT: z.string().default('demo'),
  /** The `iss` of every token and the base of the endpoints in the metadata. */
  HOOKMINT_ISSUER: z.url().endsWith('/', 'must end with a slash, as in https://auth.example.com/'),
  /** Address that it listens at. */
  HOOKMINT_HTTP_HOST: z.string().default('0.0.0.0'),
  /** Port that it listens at; 0: any free one. */
  HOOKMINT_HTTP_PORT: integer.min(0).max(65_535).default(8080),
  /** Key of the hashes that client secrets are stored as. */
  HOOKMINT_CLIENT_SECRET_KEY: key256,
  /** Proves to signers that a request is a gateway's, and to gateways that the answer is a signer's. Only gateways and signers have it. */
  HOOKMINT_SIGN_REQUEST_KEY: key256,
  /** Where `/api/v2` is forwarded to: the management service; unset: the path does not exist here. */
  HOOKMINT_MANAGEMENT_URL: z.url().optional(),
  /** Whether `/console` is forwarded there too: hookmint in a browser. Default `off`. */
  HOOKMINT_CONSOLE: z.enum(['on', 'off']).default('off'),
  /** Proxies in front of the gateway, so that `X-Forwarded-For` names the client; 0 (default): none, the header is ignored. */
  HOOKMINT_TRUSTED_PROXIES: integer.min(0).max(10).default(0),
  /** Token requests a gateway takes at a time, of one address three quarters; more are answered 503 at once. Default 2048. */
  HOOKMINT_MAX_REQUESTS_IN_FLIGHT: integer.min(1).max(65_536).default(2_048),
  /** Token requests a second, on average, that a gateway takes of each client; over it: 429. Unset: no limit. */
  HOOKMINT_CLIENT_RATE_PER_SECOND: integer.min(1).max(100_000).optional(),
  /** So many of them at once. Unset: as many as in a second. */
  HOOKMINT_CLIENT_RATE_BURST: integer.min(1).max(1_000_000).optional(),
  /** Failures to authenticate in a minute, of one client from one address, after which more of them are 429; 0: no limit. */
  HOOKMINT_FAILED_AUTHENTICATIONS_PER_MINUTE: integer.min(0).max(1_000_000).default(300),
  /** Seconds after which configuration that was read serves no more, while the store cannot be read: 503. Unset: it serves. */
  HOOKMINT_CONFIGURATION_MAX_AGE_SECONDS: integer.min(60).max(604_800).optional(),
  /** `required`: a DPoP proof must have the nonce that the gateway gave last (RFC 9449 §8). Default `off`. */
  HOOKMINT_DPOP_NONCE: z.enum(['required', 'off']).default('off'),
  /** A second port, with TLS as the first, that asks clients for a certificate (RFC 8705). Unset: none does. */
  HOOKMINT_MTLS_PORT: integer.min(0).max(65_535).optional(),
  /** PEM: the authorities whose certificates clients may authenticate with there by their names (`tls_client_auth`). Unset: none. */
  HOOKMINT_MTLS_CA_FILE: pemFile.optional(),
  /** Base of the endpoints that ask for certificates, as clients reach them: `mtls_endpoint_aliases`. Unset: not announced. */
  HOOKMINT_MTLS_URL: z
    .url({ protocol: /^https$/ })
    .endsWith('/', 'must end with a slash')
    .optional(),
  /** How trusted proxies pass the certificates of clients on. Unset: such headers are ignored. */
  HOOKMINT_CLIENT_CERT_HEADER: z.enum(CERTIFICATE_HEADERS).optional(),
  /** Addresses and CIDR blocks of those proxies. */
  HOOKMINT_CLIENT_CERT_PROXIES: addressCeiling.optional(),
  /** What those proxies send as `cname-api-key`; this or their addresses must be set, and of both both must hold. */
  HOOKMINT_CLIENT_CERT_PROXY_SECRET: z
    .string()
    .regex(/^[\x21-\x7e]{32,}$/, 'must be 32 visible ASCII characters or more')
    .optional(),
  /** `verified`: the proxies let no certificate in that is not of their authorities; for headers that do not tell. Default `unverified`. */
  HOOKMINT_CLIENT_CERT_CHAIN: z.enum(['verified', 'unverified']).default('unverified'),
  /** Addresses and CIDR blocks that the JWK Sets of clients (`jwks_uri`) may be at although they are not public. Default: none. */
  HOOKMINT_JWKS_ALLOWED_ADDRESSES: addressCeiling.default([]),
  /** `observe` (default): requests over the two limits above are reported and answered like any other; `enforce`: refused. */
  HOOKMINT_RATE_LIMIT_MODE: z.enum(['observe', 'enforce']).default('observe'),
};

export const readConfig = (env: NodeJS.ProcessEnv = process.env) => readSettings(SETTINGS, env);
