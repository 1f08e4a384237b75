import { z } from 'zod';

/** Largest quota, tokens: what Auth0's tools take for an integer. */
const MAX_TOKENS = 2_147_483_647;

const tokens = z
  .int('must be a whole number of tokens')
  .min(1, 'must be at least 1 token; leave it out for no quota')
  .max(MAX_TOKENS)
  .optional();

/** How many tokens a client may have in an hour and in a day, by the UTC clock (contract §2.2, §5.3). */
export const ClientCredentialsQuota = z
  .strictObject({
    /** `false`: nothing is refused; warnings are still published. */
    enforce: z.boolean().default(true),
    per_hour: tokens,
    per_day: tokens,
  })
  .refine(
    ({ per_hour, per_day }) => per_hour !== undefined || per_day !== undefined,
    'must have per_hour, per_day or both',
  );
export type ClientCredentialsQuota = z.infer<typeof ClientCredentialsQuota>;

/** `token_quota` of a client. */
export const TokenQuota = z.strictObject({ client_credentials: ClientCredentialsQuota });
export type TokenQuota = z.infer<typeof TokenQuota>;

/** `default_token_quota` of a tenant: `clients` holds for every client without a quota of its own. */
export const DefaultTokenQuota = z
  .strictObject({
    clients: TokenQuota.optional(),
    /** Kept and told again: there are no organizations here. */
    organizations: TokenQuota.optional(),
  })
  .refine(
    ({ clients, organizations }) => clients !== undefined || organizations !== undefined,
    'must have clients, organizations or both; use null for none',
  );
export type DefaultTokenQuota = z.infer<typeof DefaultTokenQuota>;

export const QUOTA_WINDOWS = ['per_hour', 'per_day'] as const;
export type QuotaWindow = (typeof QUOTA_WINDOWS)[number];
