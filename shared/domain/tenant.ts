import { z } from 'zod';
import { CONTRACTS, type HookKind } from './contracts.ts';
import { RecordingSettings } from './recording.ts';
import { DefaultTokenQuota } from './token-quota.ts';

/**
 * How custom claims from hooks are filtered (contract §1.3 and §4): `namespaced` keeps only http(s) URL names, as Auth0's
 * Hooks did; `relaxed` also keeps any other name that is not reserved, as Auth0 has done elsewhere since 2022.
 */
export const CustomClaimsPolicy = z.enum(['namespaced', 'relaxed']);
export type CustomClaimsPolicy = z.infer<typeof CustomClaimsPolicy>;

/** The policy for the claims of one contract. */
export function customClaimsPolicyOf(kind: HookKind, ofTenant: CustomClaimsPolicy): CustomClaimsPolicy {
  return CONTRACTS[kind].namespacesByTenant ? ofTenant : 'relaxed';
}

/**
 * What the parameter `resource` of a token request does (RFC 8707; contract §2.1): `compatibility`: it names the API, as `audience`
 * does; `audience`: it is ignored.
 */
export const ResourceParameterProfile = z.enum(['audience', 'compatibility']);

/**
 * How the token endpoint refuses: `auth0`: with the statuses, codes and texts of Auth0 (contract §2.3); `rfc`: with those of RFC 6749 §5.2. The gateway's
 * `refusals.ts` has all that differs.
 */
export const ErrorDialect = z.enum(['auth0', 'rfc']);
export type ErrorDialect = z.infer<typeof ErrorDialect>;

export const TenantSettings = z.strictObject({
  /** Audience of a token request that names none (contract §2.1); null: such a request is refused. */
  default_audience: z.string().nullable(),
  custom_claims: CustomClaimsPolicy,
  default_token_quota: DefaultTokenQuota.nullable().default(null),
  resource_parameter_profile: ResourceParameterProfile.default('compatibility'),
  error_dialect: ErrorDialect.default('auth0'),
  /** null: nothing is recorded. */
  recording: RecordingSettings.nullable().default(null),
  /** What Auth0's tools say of a tenant beyond this: kept and told again, without a meaning here. */
  profile: z.record(z.string(), z.unknown()).default({}),
});
export type TenantSettings = z.infer<typeof TenantSettings>;

/** What the metadata says of where clients show certificates (RFC 8705 §5). It is kept in the profile, which older versions keep too. */
export const MtlsSettings = z.strictObject({ enable_endpoint_aliases: z.boolean().optional() });

/** Where it was never said, all that is there is announced. */
export function hasEndpointAliases({ profile }: Pick<TenantSettings, 'profile'>): boolean {
  return MtlsSettings.nullable().optional().safeParse(profile.mtls).data?.enable_endpoint_aliases !== false;
}

export const DEFAULT_TENANT_SETTINGS: TenantSettings = {
  default_audience: null,
  custom_claims: 'namespaced',
  default_token_quota: null,
  resource_parameter_profile: 'compatibility',
  error_dialect: 'auth0',
  recording: null,
  profile: {},
};
