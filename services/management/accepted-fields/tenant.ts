import { acts, login, off, told, type AcceptedFields } from './accepted-field.ts';

const GRANTS = 'test/e2e/management-clients-grants.test.ts';
const RECORDING = 'test/e2e/recordings.test.ts';
const QUOTA = 'test/e2e/token-quota.test.ts';

const flags = (names: string): string =>
  names
    .split(' ')
    .map((name) => `flags.${name}`)
    .join(' ');

export const tenantSettings: AcceptedFields = {
  ...acts(
    'default_audience',
    'The API of token requests that name none.',
    `${GRANTS}: say which API a token is for that names none`,
  ),
  ...acts(
    'resource_parameter_profile',
    'compatibility: resource names the API of a token request (RFC 8707). audience: it is ignored.',
    'test/conformance/rfc8707.test.ts: is heeded or ignored as the profile of the tenant says',
  ),
  ...acts(
    'error_dialect',
    'auth0: the token endpoint refuses with the statuses, codes and texts of Auth0. rfc: with those of RFC 6749 §5.2.',
    'test/conformance/error-dialect.test.ts: is answered by each dialect with the row of the table: \${name}',
  ),
  ...acts(
    'custom_claims',
    'Which names of claims hooks may set.',
    'test/e2e/accepted-fields.test.ts: the policy for claims decides about the next token',
  ),
  ...acts(
    'default_token_quota.clients.client_credentials.per_hour default_token_quota.clients.client_credentials.per_day ' +
      'default_token_quota.clients.client_credentials.enforce',
    'The token_quota of clients without one of their own.',
    `${QUOTA}: is the tenant's where the client has none, and neither is nothing`,
  ),
  ...acts(
    'mtls.enable_endpoint_aliases',
    'Whether the metadata announces where clients show certificates, HOOKMINT_MTLS_URL of the gateways. Absent: it does.',
    'test/conformance/rfc8705.test.ts: metadata tells where certificates are asked for, unless the tenant says that it must not',
  ),
  ...acts(
    'recording.percent',
    'Of the requests that hooks shape, how many are recorded for rehearsals. 0 or null: none.',
    `${RECORDING}: nothing is recorded until it is asked for, and then what hooks are told, but for what is redacted`,
  ),
  ...acts(
    'recording.redact_body recording.redact_metadata recording.redact_claims',
    'Names of members whose values are not recorded.',
    `${RECORDING}: nothing is recorded until it is asked for, and then what hooks are told, but for what is redacted`,
  ),
  ...acts(
    'recording.max_mib',
    'Most bytes that recordings take; the oldest go first. Default 64 MiB.',
    `${RECORDING}: the oldest go first when there are too many bytes`,
  ),
  ...acts(
    'recording.max_hours',
    'How long recordings are kept. Default 72 hours.',
    `${RECORDING}: what is older than it may be is gone`,
  ),
  ...off('default_token_quota.organizations', 'Only null: hookmint has no organizations.'),
  ...told('friendly_name picture_url support_email support_url', 'A text for people.'),
  ...off('sandbox_version', 'Only 22: hooks have the API of Node.js 22.'),
  ...off('legacy_sandbox_version', 'Only empty: hooks have the API of Node.js 22.'),
  ...off('allow_organization_name_in_authentication_api', 'Only false: hookmint has no organizations.'),
  ...off('client_id_metadata_document_supported', 'Only false: clients do not register themselves.'),
  ...off('flags.allow_api1_non_global_clients', 'Only false: every token is for an API.'),
  ...off('flags.enable_dynamic_client_registration', 'Only false: clients do not register themselves.'),
  ...off('flags.remove_alg_from_jwks', 'Only false: each key of the JWK Set has its alg.'),
  ...off('flags.*', 'Only false: a flag that hookmint does not know.'),
  ...login(
    'allowed_logout_urls change_password device_flow guardian_mfa_page error_page default_directory default_redirection_uri ' +
      'session_lifetime session_lifetime_in_minutes idle_session_lifetime idle_session_lifetime_in_minutes ' +
      'ephemeral_session_lifetime ephemeral_session_lifetime_in_minutes idle_ephemeral_session_lifetime ' +
      'idle_ephemeral_session_lifetime_in_minutes enabled_locales security_headers session_cookie sessions oidc_logout ' +
      'customize_mfa_in_postlogin_action acr_values_supported pushed_authorization_requests_supported ' +
      'authorization_response_iss_parameter_supported skip_non_verifiable_callback_uri_confirmation_prompt enable_ai_guide ' +
      'phone_consolidated_experience include_session_metadata_in_tenant_logs dynamic_client_registration_security_mode country_codes',
  ),
  ...login(
    flags(
      'allow_changing_enable_sso allow_legacy_delegation_grant_types allow_legacy_ro_grant_types allow_legacy_tokeninfo_endpoint ' +
        'cannot_change_enforce_client_authentication_on_passwordless_start change_pwd_flow_v1 custom_domains_provisioning ' +
        'dashboard_insights_view dashboard_log_streams_next disable_clickjack_protection_headers disable_fields_map_fix ' +
        'disable_impersonation disable_management_api_sms_obfuscation enable_adfs_waad_email_verification enable_apis_section ' +
        'enable_client_connections enable_custom_domain_in_emails enable_idtoken_api2 enable_legacy_logs_search_v2 ' +
        'enable_legacy_profile enable_pipeline2 enable_public_signup_user_exists_error enable_sso ' +
        'enforce_client_authentication_on_passwordless_start genai_trial improved_signup_bot_detection_in_classic ' +
        'local_resource_discovery mfa_show_factor_list_on_enrollment no_disclose_enterprise_connections ' +
        'require_pushed_authorization_requests revoke_refresh_token_grant trust_azure_adfs_email_verified_connection_property ' +
        'universal_login use_scope_descriptions_for_consent',
    ),
  ),
};
