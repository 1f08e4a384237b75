import { z } from 'zod';
import { MAX_IDENTIFIER_LENGTH } from '../../../../shared/domain/resource-server.ts';
import { RecordingSettings } from '../../../../shared/domain/recording.ts';
import { CustomClaimsPolicy, ErrorDialect, ResourceParameterProfile } from '../../../../shared/domain/tenant.ts';
import { TokenQuota } from '../../../../shared/domain/token-quota.ts';
import { off } from '../../api/off.ts';
import { profile } from './profile.ts';

/** Versions of Node.js whose API hooks find (contract §1.5). */
export const SANDBOX_VERSIONS = ['22'] as const;

/** What can be changed (contract §5.6). */
export const UpdateTenantSettings = z.strictObject({
  ...profile,
  /** Identifier of an API; empty or null: a token request has to name its audience. */
  default_audience: z.string().max(MAX_IDENTIFIER_LENGTH).nullable().optional(),
  /** Holds for every client without a `token_quota` of its own; `null`: none. */
  default_token_quota: z
    .strictObject({
      clients: TokenQuota.optional(),
      organizations: off.object('hookmint has no organizations; set clients, or token_quota of a client'),
    })
    .refine(({ clients }) => clients !== undefined, 'must have clients; use null for none')
    .nullable()
    .optional(),
  /** Whether a token request may name its API by `resource` (RFC 8707). */
  resource_parameter_profile: ResourceParameterProfile.optional(),
  /** hookmint's own: how the token endpoint refuses, as Auth0 or as RFC 6749 §5.2. */
  error_dialect: ErrorDialect.optional(),
  /** hookmint's own: which names of claims hooks may set. */
  custom_claims: CustomClaimsPolicy.optional(),
  /** hookmint's own: what is recorded of the requests that hooks shape, as a whole: what is left out is the default; `null`: nothing. */
  recording: RecordingSettings.nullable().optional(),
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
