import { z } from 'zod';
import { loose } from '../../api/loose.ts';
import { off } from '../../api/off.ts';

const { flag, integer, text, texts, object } = loose;

/** Kinds of applications (contract §5.3), with those that Auth0 keeps for its own integrations. */
export const APP_TYPES = [
  ...['native', 'spa', 'regular_web', 'non_interactive', 'resource_server', 'express_configuration'],
  ...['rms', 'box', 'cloudbees', 'concur', 'dropbox', 'mscrm', 'echosign', 'egnyte', 'newrelic', 'office365'],
  ...['salesforce', 'sentry', 'sharepoint', 'slack', 'springcm', 'zendesk', 'zoom', 'sso_integration', 'oag'],
] as const;

/** Descriptive members of a client. */
const description = {
  app_type: z.enum(APP_TYPES, 'must be non_interactive, spa, native, regular_web or another type of Auth0').optional(),
  is_first_party: z.boolean().optional(),
  description: z.string().max(140).nullable().optional(),
  logo_uri: text,
};

/** About users who log in, their browsers, sessions, ID tokens and refresh tokens: no request for any of these is ever granted here. */
const ofLogins = {
  initiate_login_uri: text,
  callbacks: texts,
  allowed_origins: texts,
  web_origins: texts,
  allowed_logout_urls: texts,
  allowed_clients: texts,
  client_aliases: texts,
  oidc_conformant: flag,
  oidc_logout: object,
  oidc_backchannel_logout: object,
  session_transfer: object,
  jwt_configuration: object,
  encryption_key: object,
  refresh_token: object,
  sso: flag,
  sso_disabled: flag,
  cross_origin_auth: flag,
  cross_origin_authentication: flag,
  cross_origin_loc: text,
  custom_login_page_on: flag,
  custom_login_page: text,
  custom_login_page_preview: text,
  form_template: text,
  addons: object,
  mobile: object,
  native_social_login: object,
  fedcm_login: object,
  organization_require_behavior: text,
  organization_discovery_methods: texts,
  require_pushed_authorization_requests: flag,
  signed_request_object: object,
  skip_non_verifiable_callback_uri_confirmation_prompt: flag,
  par_request_expiry: integer,
  anonymous_sessions: object,
  redirection_policy: text,
  express_configuration: object,
  b2b_integration_configuration: object,
  my_organization_configuration: object,
  async_approval_notification_channels: texts,
};

/** Would decide about this client's tokens or its requests, and cannot yet. */
const notHere = {
  organization_usage: off.text('deny', 'hookmint has no organizations; create an API or a client for each instead'),
  default_organization: off.object('hookmint has no organizations; create an API or a client for each instead'),
  is_token_endpoint_ip_header_trusted: off.flag(
    'the header auth0-forwarded-for is not read; set HOOKMINT_TRUSTED_PROXIES to trust proxies for addresses',
  ),
  token_vault_privileged_access: off.object('hookmint has no token vault; keep such tokens in secrets of a hook'),
  token_exchange: z
    .strictObject({
      allow_any_profile_of_type: off.list(
        'hookmint has no token exchange profiles; say which tokens the client may exchange in its subject_tokens',
      ),
    })
    .nullable()
    .optional(),
  identity_assertion_authorization_grant: z
    .strictObject({ active: off.flag('say which assertions the client may show in its subject_tokens') })
    .nullable()
    .optional(),
  third_party_security_mode: off.text(
    'permissive',
    'third-party clients are treated like all others; use client grants to limit a client',
  ),
};

export const profile = { ...description, ...ofLogins, ...notHere };
