import { z } from 'zod';
import { MAX_IDENTIFIER_LENGTH } from '../../../../shared/domain/resource-server.ts';
import { CustomClaimsPolicy } from '../../../../shared/domain/tenant.ts';
import { DefaultTokenQuota } from '../../../../shared/domain/token-quota.ts';
import { profile } from './profile.ts';

/** What a tenant may say that its hooks are written for (contract §1.5): kept and told again. All hooks find Node.js 22's API. */
export const SANDBOX_VERSIONS = ['22', '18', '12'] as const;

/** What can be changed (contract §5.6). */
export const UpdateTenantSettings = z.strictObject({
  ...profile,
  /** Identifier of an API; empty or null: a token request has to name its audience. */
  default_audience: z.string().max(MAX_IDENTIFIER_LENGTH).nullable().optional(),
  /** Holds for every client without a `token_quota` of its own; `null`: none. */
  default_token_quota: DefaultTokenQuota.nullable().optional(),
  sandbox_version: z.enum(SANDBOX_VERSIONS, `is to be one of ${SANDBOX_VERSIONS.join(', ')}`).optional(),
  /** Merged with those that are set. */
  flags: z.record(z.string().regex(/^(?!_bsontype$)\w{1,100}$/, 'is to be the name of a flag'), z.boolean()).optional(),
  /** hookmint's own: which names of claims hooks may set. */
  custom_claims: CustomClaimsPolicy.optional(),
});
export type UpdateTenantSettings = z.infer<typeof UpdateTenantSettings>;

/** As the API shows it; every member may be left out by `fields`. */
export const TenantSettingsView = z
  .object({
    ...UpdateTenantSettings.shape,
    sandbox_versions_available: z.array(z.string()),
  })
  .partial()
  .meta({ id: 'TenantSettings' });
export type TenantSettingsView = z.infer<typeof TenantSettingsView>;
