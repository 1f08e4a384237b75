import { z } from 'zod';
import { loose } from '../../api/loose.ts';

const { flag, text, texts, object } = loose;
const number = z.number().min(0).nullable().optional();

/** Members of the settings that Auth0's tools send and expect back; there is nothing here that they could govern. */
export const profile = {
  friendly_name: text,
  picture_url: text,
  support_email: text,
  support_url: text,
  allowed_logout_urls: texts,
  change_password: object,
  device_flow: object,
  guardian_mfa_page: object,
  error_page: object,
  default_directory: text,
  default_redirection_uri: text,
  session_lifetime: number,
  session_lifetime_in_minutes: number,
  idle_session_lifetime: number,
  idle_session_lifetime_in_minutes: number,
  ephemeral_session_lifetime: number,
  ephemeral_session_lifetime_in_minutes: number,
  idle_ephemeral_session_lifetime: number,
  idle_ephemeral_session_lifetime_in_minutes: number,
  legacy_sandbox_version: text,
  enabled_locales: texts,
  security_headers: object,
  session_cookie: object,
  sessions: object,
  oidc_logout: object,
  customize_mfa_in_postlogin_action: flag,
  allow_organization_name_in_authentication_api: flag,
  acr_values_supported: texts,
  mtls: object,
  pushed_authorization_requests_supported: flag,
  authorization_response_iss_parameter_supported: flag,
  skip_non_verifiable_callback_uri_confirmation_prompt: flag,
  resource_parameter_profile: text,
  client_id_metadata_document_supported: flag,
  enable_ai_guide: flag,
  phone_consolidated_experience: flag,
  include_session_metadata_in_tenant_logs: flag,
  dynamic_client_registration_security_mode: text,
  country_codes: object,
};
