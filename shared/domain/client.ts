import { z } from 'zod';
import { FederatedCredential } from './federated-credential.ts';
import type { BindingMechanism } from './proof-of-possession.ts';
import { ActorToken, SubjectToken } from './subject-token.ts';
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

const nameOf = (alg: string): string => (alg === 'Ed25519' ? 'EdDSA' : alg);

/** A key of Ed25519 makes the same signature under both its names: libraries differ in which they write. */
export const isSameAlg = (one: string, other: string): boolean => nameOf(one) === nameOf(other);

/** What a client holds itself to; `fapi2_…` is the FAPI 2.0 Security Profile. Those that bind by DPoP are named in the way of Auth0's, which bind by mTLS. */
export const ComplianceLevel = z.enum([
  'none',
  'fapi2_sp_pkj_dpop',
  'fapi2_sp_pkj_mtls',
  'fapi2_sp_mtls_dpop',
  'fapi2_sp_mtls_mtls',
]);
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

/** What a certificate must be, or have in it, by RFC 8705 §2.2.2 and §2.1.2; the first two are Auth0's. */
export const CertificateCredentialType = z.enum([
  'x509_cert',
  'cert_subject_dn',
  'cert_san_dns',
  'cert_san_uri',
  'cert_san_ip',
  'cert_san_email',
]);
export type CertificateCredentialType = z.infer<typeof CertificateCredentialType>;

/** A certificate that a client authenticates with by TLS, or a name that is in it (RFC 8705 §2). */
export const CertificateCredential = z.object({
  id: z.string(),
  name: z.string().optional(),
  credential_type: CertificateCredentialType,
  /** Of `x509_cert` its SHA-256, base64url; of `cert_subject_dn` the subject (RFC 4514), of the others the name, each to the letter. */
  value: z.string(),
  created_at_ms: z.number(),
  updated_at_ms: z.number(),
  expires_at_ms: z.number().nullable(),
});
export type CertificateCredential = z.infer<typeof CertificateCredential>;

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
  certificates: z.array(CertificateCredential).default([]),
  /** Ids of the certificates that authenticate the client, by mutual TLS: as they are, or as those of an authority. `null` for a client that does not use it.
   * `private_key_jwt` is empty beside one: then an older version, which knows neither, lets nobody in. */
  self_signed_tls_client_auth: z.array(z.string()).nullable().default(null),
  tls_client_auth: z.array(z.string()).nullable().default(null),
  /** Whether it takes bound tokens only (RFC 9449 §5.2, `dpop_bound_access_tokens`; RFC 8705 §3.4, `tls_client_certificate_bound_access_tokens`). */
  require_proof_of_possession: z.boolean().default(false),
  /** `null` is as `none`, and was never said. */
  compliance_level: ComplianceLevel.nullable().default(null),
  /** Tokens that it may show to get one for their subject, or for an actor, by the grants that its `grant_types` name. `null`: none. */
  subject_tokens: z.array(SubjectToken).nullable().default(null),
  actor_tokens: z.array(ActorToken).nullable().default(null),
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

/** The FAPI 2.0 Security Profile, as a client holds itself to it: how it authenticates, and how its tokens are bound. */
type Fapi = { authenticatesBy: 'private_key_jwt' | 'tls'; bindsBy: BindingMechanism };

const FAPI: Readonly<Partial<Record<ComplianceLevel, Fapi>>> = {
  fapi2_sp_pkj_dpop: { authenticatesBy: 'private_key_jwt', bindsBy: 'dpop' },
  fapi2_sp_pkj_mtls: { authenticatesBy: 'private_key_jwt', bindsBy: 'mtls' },
  fapi2_sp_mtls_dpop: { authenticatesBy: 'tls', bindsBy: 'dpop' },
  fapi2_sp_mtls_mtls: { authenticatesBy: 'tls', bindsBy: 'mtls' },
};

/** `undefined` for a client that does not hold itself to it. */
export const fapiOf = ({ compliance_level }: Pick<Client, 'compliance_level'>): Fapi | undefined =>
  compliance_level === null ? undefined : FAPI[compliance_level];

/** FAPI 2.0 Security Profile §5.4.1, with Ed25519 by its newer name too (RFC 9864). */
export const FAPI_ALGS: readonly AssertionAlg[] = ['PS256', 'ES256', 'EdDSA', 'Ed25519'];

/** Ids of the certificates that authenticate a client; `undefined` for one that does not authenticate by mutual TLS. */
export const certificatesOf = (
  client: Pick<Client, 'self_signed_tls_client_auth' | 'tls_client_auth'>,
): readonly string[] | undefined => client.self_signed_tls_client_auth ?? client.tls_client_auth ?? undefined;

/** Whether a client gets no token that whoever has it could use. */
export const takesBoundTokensOnly = (
  client: Pick<Client, 'compliance_level' | 'require_proof_of_possession'>,
): boolean => client.require_proof_of_possession || fapiOf(client) !== undefined;
