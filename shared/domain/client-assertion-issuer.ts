import { z } from 'zod';

/** Most issuers of a tenant. */
export const MAX_CLIENT_ASSERTION_ISSUERS = 50;

/** Longest time that tokens of an issuer may be valid for: `max_lifetime_seconds` of those that say nothing, and the most. */
export const DEFAULT_MAX_LIFETIME_SECONDS = 3_600;
export const MOST_MAX_LIFETIME_SECONDS = 86_400;

/** Used tokens are remembered for this long (`bus/streams/assertions.ts`): the longest lifetime of those that count once. */
export const MAX_SINGLE_USE_LIFETIME_SECONDS = 300;

/** Another issuer whose tokens authenticate clients that say so (RFC 7521 §4.2, RFC 7523 §2.2). */
export const ClientAssertionIssuer = z.object({
  id: z.string(),
  name: z.string(),
  /** The `iss` of its tokens, exactly. */
  issuer: z.string(),
  /** Where its keys are; `null` beside `jwks`, and where its own metadata says it (OpenID Connect Discovery). */
  jwks_uri: z.string().nullable().default(null),
  /** Its keys, public; `null`: they are fetched. */
  jwks: z
    .object({ keys: z.array(z.record(z.string(), z.string())) })
    .nullable()
    .default(null),
  max_lifetime_seconds: z.number(),
  /** Whether each of its tokens counts once. Kubernetes mounts one for an hour. */
  single_use: z.boolean(),
});
export type ClientAssertionIssuer = z.infer<typeof ClientAssertionIssuer>;

/** What a token of such an issuer said of the client, once it is verified. */
export const ClientAssertion = z.strictObject({
  issuer: z.string(),
  subject: z.string(),
  claims: z.record(z.string(), z.unknown()),
});
export type ClientAssertion = z.infer<typeof ClientAssertion>;
