import { acts, login, off, told, type AcceptedFields } from './accepted-field.ts';

const CLIENTS = 'test/e2e/management-clients.test.ts';
const KEYS = 'test/e2e/private-key-jwt.test.ts';
const JWKS = 'test/e2e/client-jwks.test.ts';
const FAPI = 'test/conformance/fapi2.test.ts';
const EXCHANGE = 'test/conformance/rfc8693.test.ts';
const FEDERATED = 'test/attacks/federated-clients.test.ts';
const QUOTA = 'test/e2e/token-quota.test.ts';
const BOUND = 'test/e2e/proof-of-possession.test.ts';
const INTROSPECTION = 'test/conformance/rfc7662.test.ts';
const REVOCATION = 'test/e2e/revoked-tokens.test.ts';
const CLAIMS =
  'test/e2e/static-claims.test.ts: what the grant says holds over what the client says, and that over the API';
const FIELDS = 'test/e2e/accepted-fields.test.ts';
const MTLS = 'test/conformance/rfc8705.test.ts';
const ITSELF = `${MTLS}: §2.2: a client authenticates by the certificate that is registered, and by no other`;
const NAMES = `${MTLS}: §2.1: a client authenticates by a certificate of an authority that has its name`;

/** Of all credentials; within a new client their paths are longer. */
const anyCredential = (prefix: string): AcceptedFields => ({
  ...told(`${prefix}name`, 'A name for people.'),
  ...acts(
    `${prefix}expires_at`,
    'The time from which it authenticates nobody.',
    `${KEYS}: that has expired signs nothing, and its successor does`,
  ),
});

/** Of a name in certificates of an authority. */
const certificateName = (prefix: string): AcceptedFields => ({
  ...acts(`${prefix}subject_dn`, 'The subject that a certificate must have (RFC 4514), if there is no pem.', NAMES),
  ...acts(`${prefix}san`, 'The subjectAltName that a certificate must have, for the types cert_san_….', NAMES),
});

/** Of a public key that a client signs its assertions with. */
const publicKey = (prefix: string): AcceptedFields => ({
  ...acts(
    `${prefix}jwk`,
    'The key that verifies the assertions, as a public JWK (RFC 7517) in place of pem.',
    `${JWKS}: is a key like one in PEM, with the kid and alg that it has`,
  ),
  ...acts(
    `${prefix}alg`,
    'The one algorithm that assertions may be signed with. Absent: RS256 for pem; for jwk its own, or the first for its kind of key.',
    `${KEYS}: signs with the \${alg} of its credential, and no other`,
  ),
  ...acts(
    `${prefix}kid`,
    'The kid that assertions must have.',
    `${KEYS}: may name the token endpoint, and its credential's kid`,
  ),
  ...acts(
    `${prefix}parse_expiry_from_cert`,
    'Takes expires_at from the certificate in pem.',
    `${FIELDS}: a credential may take its end from its certificate`,
  ),
});

const methods = 'client_authentication_methods';
const membersOf = (list: string): string =>
  ['issuer', 'type', 'subject', 'subject_pattern', 'audiences', 'claims']
    .map((member) => `${list}.${member}`)
    .join(' ');
const INLINE = `${methods}.private_key_jwt.credentials.`;
const SELF_SIGNED = `${methods}.self_signed_tls_client_auth.credentials.`;
const BY_AUTHORITY = `${methods}.tls_client_auth.credentials.`;

export const clients: AcceptedFields = {
  ...acts(
    'client_id',
    'The id of an imported client; generated if absent.',
    `${CLIENTS}: may bring its id and its secret along`,
  ),
  ...acts(
    'client_secret',
    'The secret that it authenticates with; generated if absent.',
    `${CLIENTS}: may give it another secret, which ends the one before`,
  ),
  ...acts(
    'name client_metadata',
    'Shown to hooks and Actions, as client.name and client.metadata.',
    `${FIELDS}: a client's name and metadata are what its hook sees`,
  ),
  ...acts(
    'claims',
    'Claims of all its tokens; those of the grant hold over them, and they hold over those of the API.',
    CLAIMS,
  ),
  ...acts(
    'app_type is_first_party',
    'Decides the defaults of a new client; lists can be filtered by it.',
    `${CLIENTS}: is filtered`,
  ),
  ...acts(
    'grant_types',
    'No token without the grant of the request among them: client_credentials, urn:ietf:params:oauth:grant-type:token-exchange, …:jwt-bearer.',
    `${CLIENTS}: changes what it names, merges metadata, and is there for the next token`,
  ),
  ...acts(
    'token_endpoint_auth_method',
    'none: no token. Both others: a secret, in the body or by Basic, as with Auth0.',
    `${FIELDS}: a client of the method none gets no token, and one with a secret shows it in either place`,
  ),
  ...acts(
    'token_quota.client_credentials.per_hour token_quota.client_credentials.per_day',
    'Most tokens in an hour or a day.',
    `${QUOTA}: is counted down by the tokens that are issued, and refuses the next with the headers of Auth0`,
  ),
  ...acts(
    'token_quota.client_credentials.enforce',
    'false: tokens over the quota are issued, and reported.',
    `${QUOTA}: refuses nothing, says so in the header, and has the logs and events tell once of each threshold`,
  ),
  ...acts(
    'require_proof_of_possession',
    'true: only tokens that are bound, to a key by a DPoP proof or to a certificate, as the API has it.',
    `${BOUND}: what the client requires, the API allows and the proof decide, as with Auth0`,
  ),
  ...acts(
    'compliance_level',
    'fapi2_sp_…: FAPI 2.0. pkj: assertions by PS256, ES256 or EdDSA whose aud is the issuer alone; mtls: certificates. Then how its tokens are bound, dpop or mtls. Levels of FAPI 1 are refused: they need pushed authorization requests.',
    `${FAPI}: gets tokens that are bound, by PS256, ES256 and EdDSA, and no others`,
  ),
  ...acts(
    ['issuer', 'subject', 'subject_pattern', 'audiences', 'claims']
      .map((member) => `client_authentication_methods.federated_jwt.credentials.${member}`)
      .join(' '),
    'Which tokens of a trusted issuer authenticate the client.',
    `${FEDERATED}: gets a token where issuer, subject, audience and claims are those of its credential`,
  ),
  ...acts(
    membersOf('subject_tokens') + ' subject_tokens.semantics',
    'Tokens that it may show to get one for their subject, and whether that says that the client acts.',
    `${EXCHANGE}: the conditions of a client decide whose tokens it may show`,
  ),
  ...acts(
    membersOf('actor_tokens'),
    'Tokens that it may show to have somebody else named as who acts.',
    `${EXCHANGE}: an actor_token names who acts, and only one that the client may show`,
  ),
  ...acts(
    'jwks_uri',
    'Where the client publishes the keys that it signs assertions with, as a JWK Set, in place of credentials.',
    `${JWKS}: authenticates by the keys that are there, and by nothing else`,
  ),
  ...acts(
    `${INLINE}id`,
    'The credentials that authenticate the client.',
    `${KEYS}: authenticates its client once it is named, while its secret does not, and the other way round`,
  ),
  ...off(`${INLINE}credential_type`, 'Only public_key.'),
  ...acts(
    `${INLINE}pem`,
    'The key that verifies the assertions, if it is not sent as jwk.',
    `${KEYS}: is made, read and told without its key`,
  ),
  ...anyCredential(INLINE),
  ...publicKey(INLINE),
  ...acts(`${SELF_SIGNED}id ${BY_AUTHORITY}id`, 'The credentials that authenticate the client.', ITSELF),
  ...off(`${SELF_SIGNED}credential_type`, 'Only x509_cert.'),
  ...acts(`${SELF_SIGNED}pem`, 'The certificate that authenticates the client.', ITSELF),
  ...anyCredential(SELF_SIGNED),
  ...acts(`${BY_AUTHORITY}credential_type`, 'Which name of the certificate authenticates the client.', NAMES),
  ...acts(`${BY_AUTHORITY}pem`, 'A certificate whose subject the others must have.', NAMES),
  ...anyCredential(BY_AUTHORITY),
  ...certificateName(BY_AUTHORITY),
  ...told('description logo_uri', 'A text for people.'),
  ...off('organization_usage', 'Only deny: a request that names an organization is refused.'),
  ...off('default_organization', 'Only null: hookmint has no organizations.'),
  ...off('is_token_endpoint_ip_header_trusted', 'Only false: the header auth0-forwarded-for is not read.'),
  ...off('token_vault_privileged_access', 'Only null: hookmint has no token vault.'),
  ...off(
    'token_exchange.allow_any_profile_of_type',
    'Only empty: hookmint has no token exchange profiles, but subject_tokens.',
  ),
  ...off(
    'identity_assertion_authorization_grant.active',
    'Only false: subject_tokens say which assertions a client may show.',
  ),
  ...acts(
    'resource_server_identifier',
    'The API that the client is: it may ask about the tokens for it.',
    `${INTROSPECTION}: only the API that a token is for is told of it`,
  ),
  ...off('third_party_security_mode', 'Only permissive: third-party clients are treated like all others.'),
  ...login(
    'initiate_login_uri callbacks allowed_origins web_origins allowed_logout_urls allowed_clients client_aliases ' +
      'oidc_conformant oidc_logout oidc_backchannel_logout session_transfer jwt_configuration encryption_key refresh_token ' +
      'sso sso_disabled cross_origin_auth cross_origin_authentication cross_origin_loc custom_login_page_on custom_login_page ' +
      'custom_login_page_preview form_template addons mobile native_social_login fedcm_login organization_require_behavior ' +
      'organization_discovery_methods require_pushed_authorization_requests signed_request_object ' +
      'skip_non_verifiable_callback_uri_confirmation_prompt par_request_expiry anonymous_sessions redirection_policy ' +
      'express_configuration b2b_integration_configuration my_organization_configuration async_approval_notification_channels',
  ),
};

export const clientCredentials: AcceptedFields = {
  ...acts('credential_type', 'What it is: for which method, and which name of a certificate.', NAMES),
  ...acts(
    'pem',
    'The key that verifies the assertions; the certificate that authenticates, or whose subject others must have.',
    `${KEYS}: is made, read and told without its key`,
  ),
  ...anyCredential(''),
  ...publicKey(''),
  ...certificateName(''),
};

export const rotateSecret: AcceptedFields = {
  ...acts(
    'overlap_seconds',
    'How long the previous secret stays valid.',
    `${CLIENTS}: lets the secret before live on for the overlap, and no longer`,
  ),
  ...acts(
    'revoke_tokens',
    'Revokes all tokens that the client has got so far, too.',
    `${REVOCATION}: a rotation of the secret revokes them too, where that is asked for`,
  ),
};

export const revokeTokens: AcceptedFields = acts(
  'audience',
  'The API whose tokens are revoked. Absent: those for every API.',
  `${REVOCATION}: all of a client, or those for one API, and no others`,
);

const ISSUERS = 'test/attacks/federated-clients.test.ts';

export const clientAssertionIssuers: AcceptedFields = {
  ...told('name', 'A name for people.'),
  ...acts(
    'issuer',
    'The iss of its tokens.',
    `${ISSUERS}: gets a token where issuer, subject, audience and claims are those of its credential`,
  ),
  ...acts(
    'jwks_uri',
    'Where its keys are. With neither this nor jwks its metadata says it (OpenID Connect Discovery).',
    `${ISSUERS}: may be moved, and ended, for all clients at once`,
  ),
  ...acts(
    'jwks.keys',
    'Its public keys, as a JWK Set, in the place of jwks_uri.',
    `${ISSUERS}: has its keys here, at its jwks_uri, or where its metadata says`,
  ),
  ...acts(
    'max_lifetime_seconds',
    'Tokens that are valid for longer are refused.',
    `${ISSUERS}: a token that lives too long, or has no times`,
  ),
  ...acts(
    'single_use',
    'true: each of its tokens counts once.',
    `${ISSUERS}: a token that is used twice, where its issuer is for single use`,
  ),
};
