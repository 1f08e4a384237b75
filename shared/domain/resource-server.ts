import { z } from 'zod';
import { ProofOfPossessionPolicy } from './proof-of-possession.ts';
import { StaticClaims } from './static-claims.ts';

/** JWS algorithms an API may have its access tokens signed with. */
export const SigningAlg = z.enum(['RS256', 'PS256', 'ES256', 'EdDSA']);
export type SigningAlg = z.infer<typeof SigningAlg>;

/** Shape of an API's access tokens (contract §3): Auth0's own or RFC 9068, each with `permissions` when `_authz`. */
export const TokenDialect = z.enum(['access_token', 'access_token_authz', 'rfc9068_profile', 'rfc9068_profile_authz']);
export type TokenDialect = z.infer<typeof TokenDialect>;

/** Longest identifier of an API, characters (contract §5.2). */
export const MAX_IDENTIFIER_LENGTH = 600;

/** Longest lifetime of a token, seconds: 30 days (contract §3). */
export const MAX_TOKEN_LIFETIME_SECONDS = 2_592_000;

/** An API (contract §5.2): what a token is for. Its identifier is the token's `aud`. */
export const ResourceServer = z.object({
  id: z.string(),
  identifier: z.string().min(1).max(MAX_IDENTIFIER_LENGTH),
  name: z.string().optional(),
  scopes: z.array(z.object({ value: z.string(), description: z.string().optional() })),
  signing_alg: SigningAlg,
  token_dialect: TokenDialect,
  enforce_policies: z.boolean(),
  token_lifetime_seconds: z.int().min(1).max(MAX_TOKEN_LIFETIME_SECONDS),
  /** Whether a client needs a grant, or no client gets a token at all (contract §5.2). */
  client_policy: z.enum(['require_client_grant', 'deny_all']).default('require_client_grant'),
  /** Whether its tokens may be bound to a key, or must be; `null`: they never are. */
  proof_of_possession: ProofOfPossessionPolicy.nullable().default(null),
  /** Claims of its tokens, set without code. */
  claims: StaticClaims.nullable().default(null),
  /** The Management API: no hook runs for its tokens, so that a broken hook never prevents its own repair. */
  is_system: z.boolean().default(false),
  /** What Auth0's tools say of an API beyond this: kept and told again, without a meaning here. */
  profile: z.record(z.string(), z.unknown()).default({}),
});
export type ResourceServer = z.infer<typeof ResourceServer>;

/** Lifetime of an API's tokens unless it says otherwise (contract §3). */
export const DEFAULT_TOKEN_LIFETIME_SECONDS = 86_400;
