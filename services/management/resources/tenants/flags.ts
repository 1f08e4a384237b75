import { z } from 'zod';

/** Flags about users, their logins and Auth0's own console: nothing here depends on them. */
const OF_LOGINS = [
  'allow_changing_enable_sso',
  'allow_legacy_delegation_grant_types',
  'allow_legacy_ro_grant_types',
  'allow_legacy_tokeninfo_endpoint',
  'cannot_change_enforce_client_authentication_on_passwordless_start',
  'change_pwd_flow_v1',
  'custom_domains_provisioning',
  'dashboard_insights_view',
  'dashboard_log_streams_next',
  'disable_clickjack_protection_headers',
  'disable_fields_map_fix',
  'disable_impersonation',
  'disable_management_api_sms_obfuscation',
  'enable_adfs_waad_email_verification',
  'enable_apis_section',
  'enable_client_connections',
  'enable_custom_domain_in_emails',
  'enable_idtoken_api2',
  'enable_legacy_logs_search_v2',
  'enable_legacy_profile',
  'enable_pipeline2',
  'enable_public_signup_user_exists_error',
  'enable_sso',
  'enforce_client_authentication_on_passwordless_start',
  'genai_trial',
  'improved_signup_bot_detection_in_classic',
  'local_resource_discovery',
  'mfa_show_factor_list_on_enrollment',
  'no_disclose_enterprise_connections',
  'require_pushed_authorization_requests',
  'revoke_refresh_token_grant',
  'trust_azure_adfs_email_verified_connection_property',
  'universal_login',
  'use_scope_descriptions_for_consent',
] as const;

const onlyFalse = (reason: string) => z.literal(false, `can only be false: ${reason}`).optional();

const logins = Object.fromEntries(OF_LOGINS.map((name) => [name, z.boolean().optional()])) as Record<
  (typeof OF_LOGINS)[number],
  z.ZodOptional<z.ZodBoolean>
>;

/** Flags of a tenant. An unknown flag is accepted only if it is off, since its effect is unknown. */
export const FLAGS = z
  .object({
    ...logins,
    allow_api1_non_global_clients: onlyFalse('a token request needs an audience; set default_audience'),
    enable_dynamic_client_registration: onlyFalse('clients do not register themselves; create them with POST /clients'),
    remove_alg_from_jwks: onlyFalse('each key has its alg; leave it out'),
  })
  .catchall(z.literal(false, 'can only be false: hookmint does not know this flag; leave it out'))
  .refine((flags) => Object.keys(flags).every((name) => FLAG_NAME.test(name)), 'is not the name of a flag');

const FLAG_NAME = /^(?!_bsontype$)\w{1,100}$/;

/** Those of the stored flags that are taken today (`heeded`). */
export function heededFlags(stored: unknown): z.infer<typeof FLAGS> {
  const entries = Object.entries((stored ?? {}) as Record<string, boolean>);
  return FLAGS.parse(Object.fromEntries(entries.filter(([name, value]) => FLAGS.safeParse({ [name]: value }).success)));
}
