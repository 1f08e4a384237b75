import { acts, login, off, told, type AcceptedFields } from './accepted-field.ts';

const GRANTS = 'test/e2e/management-clients-grants.test.ts';
const KEYS = 'test/e2e/management-keys.test.ts';
const BOUND = 'test/e2e/proof-of-possession.test.ts';
const CLAIMS =
  'test/e2e/static-claims.test.ts: what the grant says holds over what the client says, and that over the API';
const IN_TOKEN = 'test/e2e/accepted-fields.test.ts: the settings of an API are in its next token';

export const resourceServers: AcceptedFields = {
  ...acts('identifier', 'The aud of its tokens; the audience that clients ask for.', IN_TOKEN),
  ...told('name scopes.description', 'A text for people.'),
  ...acts('scopes.value', 'The scopes that grants may contain.', IN_TOKEN),
  ...acts('token_lifetime', 'Seconds from iat to exp.', IN_TOKEN),
  ...acts('token_dialect', 'Which claims its tokens have.', IN_TOKEN),
  ...acts('enforce_policies', 'With a dialect _authz: its tokens have permissions.', IN_TOKEN),
  ...acts(
    'signing_alg',
    'The algorithm that its tokens are signed with: RS256, PS256, ES256 or EdDSA.',
    `${KEYS}: is one of those there are; HS256 is refused with the reason`,
  ),
  ...acts('subject_type_authorization.client.policy', 'deny_all: no client gets a token.', IN_TOKEN),
  ...acts(
    'proof_of_possession.mechanism',
    'dpop: its tokens may be bound to a key by a DPoP proof (RFC 9449); mtls: to a certificate (RFC 8705).',
    `${BOUND}: what the client requires, the API allows and the proof decide, as with Auth0`,
  ),
  ...acts(
    'proof_of_possession.required proof_of_possession.required_for',
    'required: no token without a proof or certificate, unless that is required_for public_clients alone.',
    `${BOUND}: what is required for public clients alone is required of none`,
  ),
  ...acts('claims', 'Claims of all its tokens; those of the client and of the grant hold over them.', CLAIMS),
  ...login(
    'subject_type_authorization.user.policy allow_offline_access allow_online_access ' +
      'skip_consent_for_verifiable_first_party_clients token_lifetime_for_web',
    'About tokens of users, which are never issued: stored and returned.',
  ),
  ...off('verificationLocation', 'Only null: hookmint verifies no tokens for APIs.'),
  ...off('consent_policy', 'Only null: tokens of clients need no consent.'),
  ...off('authorization_details', 'Only null: tokens have no authorization_details.'),
  ...off('token_encryption', 'Only null: tokens are signed and not encrypted.'),
};

export const clientGrants: AcceptedFields = {
  ...acts(
    'client_id audience scope',
    'The client, the API and the scopes that it is granted.',
    `${GRANTS}: is made, read, found and deleted, and each time the next token knows`,
  ),
  ...acts(
    'allow_all_scopes',
    'All scopes that the API has at the time of the token request.',
    `${GRANTS}: may be for all scopes, those included that the API gets later`,
  ),
  ...acts('claims', 'Claims of its tokens; they hold over those of the client and of the API.', CLAIMS),
  ...off('subject_type', 'Only client: tokens are issued to clients.'),
  ...off('default_for', 'Refused: a grant is of one client.'),
  ...off('organization_usage', 'Only deny: a request that names an organization is refused.'),
  ...off('allow_any_organization', 'Only false: hookmint has no organizations.'),
  ...off('authorization_details_types', 'Only empty: tokens have no authorization_details.'),
};
