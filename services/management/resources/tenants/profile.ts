import { z } from 'zod';
import { MtlsSettings } from '../../../../shared/domain/tenant.ts';
import { loose } from '../../api/loose.ts';
import { off } from '../../api/off.ts';
import { FLAGS } from './flags.ts';

const { flag, text, texts, object } = loose;
const number = z.number().min(0).nullable().optional();

/** Who the tenant is, for people. */
const description = {
  friendly_name: text,
  picture_url: text,
  support_email: text,
  support_url: text,
};

/** About users who log in, their sessions and pages, and the console of Auth0: none of these is here. */
const ofLogins = {
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
  enabled_locales: texts,
  security_headers: object,
  session_cookie: object,
  sessions: object,
  oidc_logout: object,
  customize_mfa_in_postlogin_action: flag,
  acr_values_supported: texts,
  pushed_authorization_requests_supported: flag,
  authorization_response_iss_parameter_supported: flag,
  skip_non_verifiable_callback_uri_confirmation_prompt: flag,
  enable_ai_guide: flag,
  phone_consolidated_experience: flag,
  include_session_metadata_in_tenant_logs: flag,
  dynamic_client_registration_security_mode: text,
  country_codes: object,
};

const NODE = 'hooks and Actions have the API of Node.js 22; try them with a dry run';

/** Would decide about token requests, clients or hooks, and cannot. */
const notHere = {
  sandbox_version: z.literal('22', `can only be 22: ${NODE}`).optional(),
  legacy_sandbox_version: off.text('', NODE),
  allow_organization_name_in_authentication_api: off.flag(
    'hookmint has no organizations; create an API or a client for each instead',
  ),
  client_id_metadata_document_supported: off.flag('clients do not register themselves; create them with POST /clients'),
};

/** Decides what the metadata announces. */
const ofMetadata = { mtls: MtlsSettings.nullable().optional() };

export const profile = { ...description, ...ofLogins, ...notHere, ...ofMetadata, flags: FLAGS.optional() };
