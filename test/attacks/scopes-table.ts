import { profile as ofClients } from '../../services/management/resources/clients/profile.ts';
import { ResourceServerProfile } from '../../services/management/resources/resource-servers/schema.ts';
import { profile as ofTenants } from '../../services/management/resources/tenants/profile.ts';

/** What each scope of the Management API gives a client that has no other: the table of SECURITY.md, row by row. */
export const ALONE: Readonly<Record<string, string>> = {
  'read:clients': 'clients as stored, without secrets',
  'read:client_keys': 'the same',
  'create:clients':
    'clients of any free `client_id`, with a secret that is shown once; without a grant they get no token',
  'update:clients':
    'names, metadata and grant types of clients: as hooks see them, whether they get tokens, and whether only bound ones, and which API may be asked about; ends their tokens; no secret, no key, no quota, not whether they need a secret',
  'delete:clients': 'ends clients with their grants',
  'update:client_keys':
    '**all rights of another client:** a new secret of any client that is not the last administrator',
  'read:client_credentials': "clients' public keys by their kids",
  'create:client_credentials': 'keys that no client uses yet',
  'update:client_credentials': 'how long keys are valid',
  'delete:client_credentials': 'ends keys that no client authenticates with',
  'read:client_assertion_issuers': 'the issuers that clients may trust',
  'create:client_assertion_issuers':
    '**all rights of clients that name an issuer which was deleted**; else nothing alone',
  'update:client_assertion_issuers': '**all rights of every client that names an issuer**: keys of its own for it',
  'delete:client_assertion_issuers': 'ends the tokens of clients that name the issuer',
  'read:client_grants': 'grants',
  'create:client_grants':
    '**everything**, with any client whose secret is known: a grant of every scope of any API, this one included',
  'update:client_grants': '**everything:** it can extend its own grant to every scope',
  'delete:client_grants': "ends grants, except the last administrator's",
  'read:resource_servers': 'APIs and their scopes',
  'create:resource_servers': 'new APIs',
  'update:resource_servers':
    "lifetime, algorithm, scopes and claims of APIs' tokens; a grant of all scopes grows with them; not the Management API",
  'delete:resource_servers': 'ends APIs with all grants for them; not the Management API',
  'read:hooks': "hooks' code, names of their secrets, console output, and how many tokens a gradual deployment shaped",
  'create:hooks': 'hooks that are not in force, each with its own secrets; modules are fetched and built for them',
  'update:hooks':
    '**the content of every token that has a hook**, and whether it is issued; code that runs with the secrets of the hook; dry runs',
  'delete:hooks': 'ends hooks, also the one in force: its claims and its refusals end with it',
  'read:hook_recordings':
    "which requests are recorded, and **what hooks were told of them**: parameters, metadata, addresses, claims of others' tokens, but what is redacted; each reading is audited",
  'delete:hook_recordings': 'ends recordings',
  'read:actions': "Actions' code, names of their secrets, console output, and bindings",
  'create:actions': 'Actions that are not bound; modules are fetched and built for them',
  'update:actions': '**the content of every token** by Actions that it binds, deploys or changes; test runs',
  'delete:actions': 'ends Actions, with `force` also bound ones',
  'read:logs':
    "who requested which token, from where, and all changes of the configuration, partly with hooks' code; events of the log for dry runs",
  'read:logs_users': 'the same, except dry runs',
  'read:signing_keys': 'certificates of the keys',
  'create:signing_keys': 'nothing alone',
  'update:signing_keys': 'ends keys that were replaced: their tokens verify no longer',
  'read:tenant_settings': 'settings',
  'update:tenant_settings':
    'which claims hooks may set; the default audience; quotas of every client: at the least one token a day; what is recorded of requests, which it cannot read, and what of it is redacted',
  'create:console_links':
    'nothing alone: a link to the console has the scopes of a role, and its maker must have all of them',
  'read:console_sessions': 'who is signed in to the console, and with which browser',
  'delete:console_sessions': 'signs people out of the console',
};

/** What scopes give together that none of them gives alone. */
const TOGETHER: readonly [scopes: string, what: string][] = [
  [
    '`update:clients`, `create:client_credentials`, `update:client_credentials`',
    '**all rights of another client:** a key of its own for any client that is not the last administrator',
  ],
  ['`create:clients`, `create:client_grants`', '**everything**, by a client of its own'],
  ['`delete:client_grants`, `create:client_grants`', '**everything**, by its own grant, made anew'],
  ['`create:hooks`, `update:hooks`', 'a hook of its own in the place of the one in force'],
  [
    '`update:clients`, `update:client_keys`',
    'also whether a client needs a secret at all; one that needs none gets no token',
  ],
  ['`update:clients` or `create:clients`, `update:tenant_settings`', "clients' own quotas"],
  [
    '`update:clients` or `create:clients`, `create:client_credentials`',
    'whom clients may speak for, at the APIs that they are granted',
  ],
  ['`update:clients` or `create:clients`, `update:client_grants`', 'claims of all tokens of a client'],
  ['`create:clients`, `update:client_keys`', 'clients with a secret of its choice'],
  [
    '`update:hooks`, `read:logs`',
    'dry runs and rehearsals of a hook with what the log has of requests; shadows of a hook, and of whom which claims would be others',
  ],
  ['`update:actions`, `read:logs`', 'dry runs and rehearsals of an Action with the same'],
  [
    '`update:hooks` or `update:actions`, `read:hook_recordings`',
    'rehearsals with what is recorded: its own code is told all of it, and may send it away; without `read:hook_recordings`, by `read:logs`, what the log has',
  ],
  [
    '`create:signing_keys`, `update:signing_keys`',
    'replaces the keys, and by that ends every token once the old ones are revoked',
  ],
];

/** Members of a body by the scope that a request needs for them; `''`: none beside the operation's own. */
type Members = Readonly<Record<string, readonly string[]>>;

type Operation = {
  /** What its caller can do after it that it could not do before. */
  gains: string;
  /** Every member of the body. `undefined` for an operation without one. */
  members?: Members;
};

const ofClientsOwn = [
  'name',
  'grant_types',
  'client_metadata',
  'require_proof_of_possession',
  'compliance_level',
  'resource_server_identifier',
  ...Object.keys(ofClients),
];
const ofApis = [
  ...['name', 'scopes', 'signing_alg', 'token_lifetime', 'token_dialect', 'enforce_policies', 'proof_of_possession'],
  ...['claims', 'subject_type_authorization', ...Object.keys(ResourceServerProfile.shape)],
];
const ofGrants = [
  'scope',
  'allow_all_scopes',
  'claims',
  'organization_usage',
  'allow_any_organization',
  'authorization_details_types',
];
const ofActions = ['name', 'supported_triggers', 'code', 'dependencies', 'runtime', 'secrets', 'hookmint', 'modules'];
const WHOLE = { '': ['*'] };

/** Every operation that does something, by its id. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  createResourceServer: { gains: 'nothing: nobody has a grant for it', members: { '': ['identifier', ...ofApis] } },
  updateResourceServer: {
    gains: 'tokens that last longer, have scopes with grants of all, or other claims',
    members: { '': ofApis },
  },
  deleteResourceServer: { gains: 'nothing; others lose their grants' },
  createHook: {
    gains:
      'code that runs in dry runs of those who may; with update:hooks its checks are run, and it may take the place of the hook in force',
    members: { '': ['name', 'script', 'dependencies', 'hookmint', 'triggerId'], 'update:hooks': ['enabled'] },
  },
  updateHook: {
    gains: 'what is in tokens',
    members: { '': ['name', 'script', 'dependencies', 'hookmint', 'enabled'] },
  },
  deleteHook: { gains: 'tokens without the claims and refusals of the hook' },
  addHookSecrets: { gains: "another value in a hook's hands", members: WHOLE },
  updateHookSecrets: { gains: "another value in a hook's hands", members: WHOLE },
  deleteHookSecrets: { gains: 'less than deleteHook', members: WHOLE },
  createHookRevision: { gains: 'code to run dry', members: { '': ['script', 'dependencies', 'hookmint'] } },
  deployHookRevision: {
    gains: 'what is in tokens; what the code makes of the events of its checks, where that differs',
    members: { '': ['force'] },
  },
  startGradualDeployment: {
    gains: 'what is in tokens of a part of the clients, as deployHookRevision',
    members: { '': ['revision', 'percent', 'client_ids', 'bounds', 'force'] },
  },
  promoteGradualDeployment: { gains: 'as deployHookRevision', members: { '': ['id'] } },
  returnGradualDeployment: { gains: 'tokens as the deployed revision shapes them', members: { '': ['id'] } },
  dryRunHookRevision: {
    gains: 'what the code makes of an event, with its secrets',
    members: { '': ['event', 'custom_claims'], 'read:logs': ['log_id'] },
  },
  dryRunHook: {
    gains: 'what its own code makes of an event, with the secrets of the hook',
    members: { '': ['script', 'dependencies', 'hookmint', 'event', 'custom_claims'], 'read:logs': ['log_id'] },
  },
  rehearseHook: {
    gains:
      'in what the runs of its own code differ from those of the deployed one; with read:logs for requests of the log, with read:hook_recordings for recorded ones (audited)',
    members: {
      '': [
        ...['script', 'dependencies', 'hookmint', 'revision', 'network', 'source'],
        ...['last', 'since', 'client_ids', 'from'],
      ],
    },
  },
  startHookShadow: {
    gains:
      'in what tokens of real requests would differ, and what its own code makes of them; the code is told of requests as deployed code is, and with network live may send them away',
    members: { '': ['revision', 'percent', 'network'] },
  },
  stopHookShadow: { gains: 'nothing; there is no report any more' },
  deleteHookRecordings: { gains: 'nothing; there is less to rehearse with' },
  createConsoleLink: {
    gains: 'eight hours of scopes that it has, also when it loses them meanwhile',
    members: { '': ['role', 'minutes'] },
  },
  deleteConsoleSession: { gains: 'nothing; somebody is signed out' },
  rotateSigningKeys: { gains: 'nothing; other keys sign' },
  revokeSigningKey: { gains: 'nothing; tokens end' },
  createAction: { gains: 'code that is not bound', members: { '': [...ofActions, 'deploy'] } },
  updateAction: { gains: 'the draft of an Action', members: { '': ofActions } },
  deleteAction: { gains: 'tokens without the claims and refusals of the Action' },
  deployAction: { gains: 'what is in tokens, where the Action is bound' },
  deployActionVersion: { gains: 'what is in tokens, where the Action is bound', members: { '': ['update_draft'] } },
  dryRunAction: {
    gains: 'what its own code makes of an event, with the secrets of the Action',
    members: { '': ['code', 'dependencies', 'payload'], 'read:logs': ['log_id'] },
  },
  rehearseAction: {
    gains: 'as rehearseHook, of an Action',
    members: {
      '': [...['code', 'dependencies', 'revision', 'network', 'source'], ...['last', 'since', 'client_ids', 'from']],
    },
  },
  testAction: { gains: 'what the code makes of an event, with its secrets', members: { '': ['payload'] } },
  updateActionBindings: { gains: 'what is in tokens', members: { '': ['bindings'] } },
  createClient: {
    gains: 'a client without a grant',
    members: {
      '': [...ofClientsOwn, 'client_id', 'token_endpoint_auth_method'],
      'update:client_keys': ['client_secret'],
      'create:client_credentials': ['client_authentication_methods', 'jwks_uri', 'subject_tokens', 'actor_tokens'],
      'update:tenant_settings': ['token_quota'],
      'update:client_grants': ['claims'],
    },
  },
  updateClient: {
    gains: 'what hooks see of a client, and whether it gets tokens',
    members: {
      '': ofClientsOwn,
      'update:client_keys': ['client_secret', 'token_endpoint_auth_method'],
      'update:client_credentials': ['client_authentication_methods', 'jwks_uri'],
      'create:client_credentials': ['subject_tokens', 'actor_tokens'],
      'update:tenant_settings': ['token_quota'],
      'update:client_grants': ['claims'],
    },
  },
  deleteClient: { gains: 'nothing; the client_id is free' },
  rotateClientSecret: { gains: 'all that the client may', members: { '': ['overlap_seconds', 'revoke_tokens'] } },
  revokeClientTokens: { gains: 'nothing; tokens end', members: { '': ['audience'] } },
  createCredential: {
    gains: 'a key that authenticates nobody yet',
    members: {
      '': [
        ...['credential_type', 'name', 'pem', 'jwk', 'alg', 'kid', 'expires_at', 'parse_expiry_from_cert'],
        ...['subject_dn', 'san'],
      ],
    },
  },
  updateCredential: { gains: 'how long a key is valid', members: { '': ['expires_at'] } },
  deleteCredential: { gains: 'nothing' },
  createClientAssertionIssuer: {
    gains: 'an issuer that no client names yet, or names still',
    members: { '': ['name', 'issuer', 'jwks_uri', 'jwks', 'max_lifetime_seconds', 'single_use'] },
  },
  updateClientAssertionIssuer: {
    gains: 'all that the clients may that name it',
    members: { '': ['name', 'jwks_uri', 'jwks', 'max_lifetime_seconds', 'single_use'] },
  },
  deleteClientAssertionIssuer: { gains: 'nothing; clients get no token by it' },
  createClientGrant: {
    gains: 'any scope, for a client whose secret it knows',
    members: { '': [...ofGrants, 'client_id', 'audience', 'subject_type', 'default_for'] },
  },
  updateClientGrant: { gains: 'any scope', members: { '': ofGrants } },
  deleteClientGrant: { gains: 'nothing; others lose what they may' },
  updateTenantSettings: {
    gains: 'what hooks may set, and how many tokens clients get; that more is recorded, for others to read',
    members: {
      '': [
        ...Object.keys(ofTenants),
        ...['default_audience', 'default_token_quota', 'custom_claims', 'resource_parameter_profile', 'error_dialect'],
        'recording',
      ],
    },
  },
};

/** As SECURITY.md has them. */
export function tablesOfScopes(): string {
  const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
    const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
    const line = (cells: readonly string[]): string =>
      `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
    return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
  };
  return [
    table(
      ['scope alone', 'gives'],
      Object.entries(ALONE).map(([scope, what]) => [`\`${scope}\``, what]),
    ),
    table(['scopes together', 'give in addition'], TOGETHER),
  ].join('\n\n');
}
