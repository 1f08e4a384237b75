import { z } from 'zod';
import { FederatedCredential } from './federated-credential.ts';
import { StaticClaims } from './static-claims.ts';
import { TokenQuota } from './token-quota.ts';

/** How a client proves who it is at the token endpoint (RFC 7591 §2); a client with a secret may use either place for it. */
export const TokenEndpointAuthMethod = z.enum(['none', 'client_secret_post', 'client_secret_basic']);
export type TokenEndpointAuthMethod = z.infer<typeof TokenEndpointAuthMethod>;

/** Longest client_id, characters. */
export const MAX_CLIENT_ID_LENGTH = 128;

/** A secret of a client, as it is kept. */
export const ClientSecretHash = z.object({
  /** Keyed hash (`shared/client-secret.ts`). */
  hash: z.string(),
  /** When a rotated secret ceases to be valid, milliseconds since the epoch; `null` for the client's present secret. */
  expires_at_ms: z.number().nullable(),
});
export type ClientSecretHash = z.infer<typeof ClientSecretHash>;

/** JWS algorithms of `client_assertion`: Auth0's (contract §2.1), and Ed25519 by both its names (RFC 8037, RFC 9864). */
export const AssertionAlg = z.enum(['RS256', 'RS384', 'PS256', 'PS384', 'ES256', 'ES384', 'EdDSA', 'Ed25519']);
export type AssertionAlg = z.infer<typeof AssertionAlg>;

/**
 * What a client holds itself to. `fapi2_sp_pkj_dpop` is the FAPI 2.0 Security Profile with private_key_jwt and tokens that are bound by DPoP, named in the
 * way of Auth0's levels, which bind by mTLS.
 */
export const ComplianceLevel = z.enum(['none', 'fapi2_sp_pkj_dpop']);
export type ComplianceLevel = z.infer<typeof ComplianceLevel>;

/** A public key that a client signs its assertions with (RFC 7523; contract §5.3). */
export const ClientCredential = z.object({
  id: z.string(),
  name: z.string().optional(),
  credential_type: z.literal('public_key'),
  kid: z.string(),
  alg: AssertionAlg,
  /** SPKI, PEM. */
  public_key_pem: z.string(),
  created_at_ms: z.number(),
  updated_at_ms: z.number(),
  expires_at_ms: z.number().nullable(),
});
export type ClientCredential = z.infer<typeof ClientCredential>;

/** An application that asks for tokens (contract §5.3). */
export const Client = z.object({
  client_id: z.string().max(MAX_CLIENT_ID_LENGTH),
  name: z.string(),
  /** Newest first; more than one while a rotation overlaps. */
  client_secrets: z.array(ClientSecretHash),
  /** `null` for a client that signs assertions (private_key_jwt). */
  token_endpoint_auth_method: TokenEndpointAuthMethod.nullable(),
  grant_types: z.array(z.string()),
  /** Shown to hooks as `client.metadata`; values are strings, some hold JSON text. */
  client_metadata: z.record(z.string(), z.string()),
  credentials: z.array(ClientCredential).default([]),
  /** Ids of the credentials that authenticate the client; `null` for a client that does not use private_key_jwt. Empty beside a `jwks_uri`, and beside
   * `federated_jwt`: then an older version, which knows neither, lets nobody in. */
  private_key_jwt: z.array(z.string()).nullable().default(null),
  /** Where the client publishes the keys that it signs assertions with, as a JWK Set (RFC 7591 §2); `null`: they are its credentials. */
  jwks_uri: z.string().nullable().default(null),
  /** Tokens of other issuers that authenticate the client, each of them; `null` for a client that does not use any. */
  federated_jwt: z.array(FederatedCredential).nullable().default(null),
  /** Whether it takes bound tokens only (RFC 9449 §5.2, `dpop_bound_access_tokens`). */
  require_proof_of_possession: z.boolean().default(false),
  /** `null` is as `none`, and was never said. */
  compliance_level: ComplianceLevel.nullable().default(null),
  /** Claims of its tokens, set without code. */
  claims: StaticClaims.nullable().default(null),
  /** Identifier of the API that the client is: it may ask about the tokens that are for it (RFC 7662). */
  resource_server_identifier: z.string().nullable().default(null),
  /** Tokens of the client that were issued until then were revoked (`revoked-tokens.ts`). */
  tokens_revoked_until_ms: z.number().nullable().default(null),
  /** `null`: the tenant's `default_token_quota` holds, if there is one. */
  token_quota: TokenQuota.nullable().default(null),
  /** What Auth0's tools say of a client beyond this: kept and told again, without a meaning here. */
  profile: z.record(z.string(), z.unknown()).default({}),
});
export type Client = z.infer<typeof Client>;

/** Whether a client holds itself to the FAPI 2.0 Security Profile. */
export const isFapi = ({ compliance_level }: Pick<Client, 'compliance_level'>): boolean =>
  compliance_level === 'fapi2_sp_pkj_dpop';

/** FAPI 2.0 Security Profile §5.4.1, with Ed25519 by its newer name too (RFC 9864). */
export const FAPI_ALGS: readonly AssertionAlg[] = ['PS256', 'ES256', 'EdDSA', 'Ed25519'];

/** Whether a client gets no token that whoever has it could use. */
export const takesBoundTokensOnly = (
  client: Pick<Client, 'compliance_level' | 'require_proof_of_possession'>,
): boolean => client.require_proof_of_possession || isFapi(client);
