import { z } from 'zod';
import { ComplianceLevel, TokenEndpointAuthMethod } from '../../../../shared/domain/client.ts';
import { FederatedCredential, MAX_FEDERATED_CREDENTIALS } from '../../../../shared/domain/federated-credential.ts';
import { isJwksUri, MAX_JWKS_URI_LENGTH } from '../../../../shared/domain/jwks-uri.ts';
import { MAX_IDENTIFIER_LENGTH } from '../../../../shared/domain/resource-server.ts';
import { ActorToken, MAX_SUBJECT_TOKENS, SubjectToken } from '../../../../shared/domain/subject-token.ts';
import { TokenQuota } from '../../../../shared/domain/token-quota.ts';
import { isStorableName } from '../../api/loose.ts';
import { claims } from '../../api/static-claims.ts';
import { name } from '../../api/text.ts';
import { InlineCredentials, MAX_CREDENTIALS } from '../client-credentials/schema.ts';
import { profile } from './profile.ts';

/** Fewest characters of a secret that is not made here (contract §5.3). */
const MIN_SECRET_LENGTH = 48;
const MAX_SECRET_LENGTH = 512;

/** Longest overlap of a secret with its successor, seconds: 30 days. */
const MAX_OVERLAP_SECONDS = 2_592_000;

/** Most entries of client_metadata, and the longest name or value of one, characters (contract §5.3). */
export const MAX_METADATA_ENTRIES = 10;
const MAX_METADATA_LENGTH = 255;

const MAX_GRANT_TYPES = 50;

/** `null` takes an entry away. */
const Metadata = z
  .record(z.string().min(1).max(MAX_METADATA_LENGTH), z.string().max(MAX_METADATA_LENGTH).nullable())
  .refine((entries) => Object.keys(entries).every(isStorableName), 'has a name that is not allowed');

const CredentialId = z.strictObject({ id: z.string().max(64) });

/** hookmint's own: tokens of other issuers. */
const FederatedJwt = z.strictObject({
  credentials: z.array(FederatedCredential).min(1).max(MAX_FEDERATED_CREDENTIALS),
});

const credentialsOf = <Credential extends z.ZodType>(credential: Credential) =>
  z.strictObject({ credentials: z.array(credential).min(1).max(MAX_CREDENTIALS) }).optional();

/** One of them. */
const AuthenticationMethods = z.strictObject({
  tls_client_auth: credentialsOf(CredentialId),
  self_signed_tls_client_auth: credentialsOf(CredentialId),
  private_key_jwt: credentialsOf(CredentialId),
  federated_jwt: FederatedJwt.optional(),
});
export type AuthenticationMethods = z.infer<typeof AuthenticationMethods>;

const NewAuthenticationMethods = z.strictObject({
  tls_client_auth: credentialsOf(InlineCredentials.tls_client_auth),
  self_signed_tls_client_auth: credentialsOf(InlineCredentials.self_signed_tls_client_auth),
  private_key_jwt: credentialsOf(InlineCredentials.private_key_jwt),
  federated_jwt: FederatedJwt.optional(),
});
export type NewAuthenticationMethods = z.infer<typeof NewAuthenticationMethods>;

const authMethod = z.enum(
  TokenEndpointAuthMethod.options,
  `must be one of ${TokenEndpointAuthMethod.options.join(', ')}`,
);

/** Members that mean something here. */
const meaningful = {
  name: name(200).optional(),
  client_secret: z.string().min(MIN_SECRET_LENGTH).max(MAX_SECRET_LENGTH).optional(),
  token_endpoint_auth_method: authMethod.nullable().optional(),
  grant_types: z.array(z.string().min(1).max(200)).max(MAX_GRANT_TYPES).optional(),
  client_metadata: Metadata.optional(),
  claims,
  /** hookmint's own: tokens that it may show by the grants for somebody else, and by which an actor is named; `null`: none. */
  subject_tokens: z.array(SubjectToken).max(MAX_SUBJECT_TOKENS).nullable().optional(),
  actor_tokens: z.array(ActorToken).max(MAX_SUBJECT_TOKENS).nullable().optional(),
  /** `null`: the tenant's `default_token_quota` holds. */
  token_quota: TokenQuota.nullable().optional(),
  /** The API that the client is, which may ask about its tokens. Auth0 has it fixed once it is set. */
  resource_server_identifier: z.string().min(1).max(MAX_IDENTIFIER_LENGTH).nullable().optional(),
  require_proof_of_possession: z.boolean().optional(),
  compliance_level: z
    .enum(
      ComplianceLevel.options,
      `can only be one of ${ComplianceLevel.options.join(', ')}: hookmint has no pushed authorization requests`,
    )
    .nullable()
    .optional(),
  /** hookmint's own: with it the client authenticates by private_key_jwt, with the keys that it publishes there. */
  jwks_uri: z
    .string()
    .max(MAX_JWKS_URI_LENGTH)
    .refine(isJwksUri, 'must be an https URL without user, password and fragment')
    .nullable()
    .optional(),
};

export const UpdateClient = z.strictObject({
  ...profile,
  ...meaningful,
  client_authentication_methods: AuthenticationMethods.nullable().optional(),
});
export type UpdateClient = z.infer<typeof UpdateClient>;

export const CreateClient = z.strictObject({
  ...profile,
  ...meaningful,
  name: name(200),
  /** hookmint's own: a client that moves in keeps its id. */
  client_id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, - and _')
    .optional(),
  client_authentication_methods: NewAuthenticationMethods.optional(),
});
export type CreateClient = z.infer<typeof CreateClient>;

/** hookmint's own: Auth0's secrets end with their rotation, as they do here without a body. */
export const RotateSecret = z
  .strictObject({
    overlap_seconds: z.int().min(0).max(MAX_OVERLAP_SECONDS).default(0),
    revoke_tokens: z.boolean().default(false),
  })
  .default({ overlap_seconds: 0, revoke_tokens: false });

/** hookmint's own. Without an `audience`: the tokens for every API. */
export const RevokeTokens = z
  .strictObject({ audience: z.string().min(1).max(MAX_IDENTIFIER_LENGTH).optional() })
  .default({});

export const RevokedTokensView = z
  .object({ client_id: z.string(), audience: z.string().optional(), tokens_revoked_until: z.iso.datetime() })
  .meta({ id: 'RevokedTokens' });

const WindowUsage = z.object({
  quota: z.int(),
  used: z.int(),
  remaining: z.int(),
  /** When the window ends, and another begins with nothing used. */
  resets_at: z.iso.datetime(),
});

/** hookmint's own. Without `client_credentials`: the client has no quota. */
export const TokenQuotaUsage = z
  .object({
    client_id: z.string(),
    client_credentials: z
      .object({
        enforce: z.boolean(),
        /** Whose quota it is: the client's own, or the tenant's `default_token_quota`. */
        set_by: z.enum(['client', 'tenant']),
        per_hour: WindowUsage.optional(),
        per_day: WindowUsage.optional(),
      })
      .optional(),
  })
  .meta({ id: 'TokenQuotaUsage' });
export type TokenQuotaUsage = z.infer<typeof TokenQuotaUsage>;

/** As the API shows it; every member may be left out by `fields`. */
export const ClientView = z
  .object({
    client_id: z.string(),
    tenant: z.string(),
    global: z.boolean(),
    ...profile,
    ...meaningful,
    client_metadata: z.record(z.string(), z.string()),
    client_authentication_methods: AuthenticationMethods,
  })
  .partial()
  .meta({ id: 'Client' });
export type ClientView = z.infer<typeof ClientView>;
