import { acts, off, sentBack, type AcceptedFields } from './accepted-field.ts';

const HOOKS = 'test/e2e/management-hooks.test.ts';
const REVISIONS = 'test/e2e/management-hooks-revisions.test.ts';
const ACTIONS = 'test/e2e/management-actions.test.ts';
const CODE = 'test/e2e/management-actions-code.test.ts';
const FIELDS = 'test/e2e/accepted-fields.test.ts';

const LIMITS = `${FIELDS}: each limit of a hook stops it`;

/** How a hook or an Action runs. */
const policies: AcceptedFields = {
  ...acts(
    'hookmint.limits.cpu_ms hookmint.limits.wall_ms hookmint.limits.heap_mib hookmint.limits.result_bytes ' +
      'hookmint.limits.console_bytes hookmint.limits.network_calls',
    'The limits of one run.',
    LIMITS,
  ),
  ...acts(
    'hookmint.egress.allowed_addresses hookmint.egress.allowed_hosts',
    'The hosts and addresses that its requests may reach.',
    `${FIELDS}: the policy for requests of a hook opens an address and closes a host`,
  ),
  ...acts(
    'hookmint.on_failure',
    'Whether a token is issued if its hook fails.',
    `${FIELDS}: a hook that fails stops the token, unless it may be issued unmodified`,
  ),
  ...acts(
    'hookmint.isolation',
    'process: its sandbox processes run no other hook.',
    `${FIELDS}: a hook that is isolated by a process shares none with another`,
  ),
  ...acts(
    'hookmint.language',
    'typescript: its types are taken off before it is built.',
    `${FIELDS}: a hook and an Action in TypeScript run where their language says so, and only there`,
  ),
  ...acts(
    'hookmint.contract',
    'Which system it was written for, where the code does not tell.',
    `${FIELDS}: a hook is called by the contract that is said, and an Action by no other than its own`,
  ),
};

const CHECKS = 'test/e2e/hook-checks.test.ts';
const force = (path: string): AcceptedFields =>
  acts(
    path,
    'Deploys it though its checks fail.',
    `${CHECKS}: a revision whose checks fail is deployed by force alone, which the audit has`,
  );

/** What a revision of a hook is made of. */
export const hookRevisions: AcceptedFields = {
  ...policies,
  ...acts(
    'hookmint.checks.name hookmint.checks.event hookmint.checks.custom_claims hookmint.checks.expect',
    'Runs that must have their result before it is deployed.',
    `${CHECKS}: the checks of a revision are run where hooks run, whichever way it is deployed`,
  ),
  ...acts(
    'script',
    'The code that runs.',
    `${HOOKS}: the enabled hook shapes the next token, and a changed script the one after the change`,
  ),
  ...acts(
    'dependencies',
    'npm modules that the code may require, and their versions.',
    `${REVISIONS}: a revision tells its modules and the names of its secrets, never a value`,
  ),
  ...acts(
    'hookmint.secrets',
    'All secrets of the hook.',
    `${HOOKS}: secrets are written, never read, and reach the hook`,
  ),
};

export const hooks: AcceptedFields = {
  ...hookRevisions,
  ...force('hookmint.force'),
  ...acts('name', 'Its name, unique in the tenant.', `${HOOKS}: another name of a hook keeps its revision`),
  ...acts(
    'enabled',
    'Whether it shapes tokens.',
    `${HOOKS}: the enabled hook shapes the next token, and a changed script the one after the change`,
  ),
  ...acts(
    'triggerId',
    'Only credentials-exchange.',
    `${HOOKS}: a hook that cannot be taken is refused, with the member and the reason`,
  ),
};

export const hookSecrets: AcceptedFields = acts(
  '(body)',
  'Secrets of the hook by their names; to delete, their names.',
  `${HOOKS}: secrets are written, never read, and reach the hook`,
);

const GRADUAL = 'test/e2e/gradual-deployment.test.ts';

export const hookDeploy = force('force');

export const gradualDeployment: AcceptedFields = {
  ...hookDeploy,
  ...acts(
    'revision percent',
    'The revision, and the part of the clients whose tokens it shapes.',
    `${GRADUAL}: a share of the clients has the new revision, the same ones as it grows`,
  ),
  ...acts('client_ids', 'Clients whose tokens it shapes whatever the part.', `${GRADUAL}: named clients come first`),
  ...acts(
    'bounds.errors_percent bounds.denials_percent bounds.dropped_percent bounds.p99_ratio',
    'How much worse than the deployed revision it may be before it returns.',
    `${GRADUAL}: each bound returns it, and one that is set aside does not`,
  ),
};

export const endOfGradualDeployment: AcceptedFields = acts(
  'id',
  'The gradual deployment that is meant.',
  `${GRADUAL}: of several who promote or return it one does, and nobody another one`,
);

export const hookDryRun: AcceptedFields = {
  ...acts(
    'event.client.id event.client.name event.client.tenant event.client.metadata event.scope event.audience event.custom_claims event.body ' +
      'event.request.ip event.request.method event.request.hostname event.request.user_agent event.request.language ' +
      'event.request.requested_scopes event.proof_of_possession.mechanism event.proof_of_possession.jkt event.proof_of_possession.x5t#S256 ' +
      'event.client_assertion.issuer event.client_assertion.subject event.client_assertion.claims ' +
      'event.protocol event.subject.issuer event.subject.subject event.subject.claims ' +
      'event.actor.issuer event.actor.subject event.actor.claims event.token.issuer event.token.lifetime_seconds',
    'The token request that the code gets.',
    `${FIELDS}: a dry run shows the code the event that it is given`,
  ),
  ...acts(
    'log_id',
    'Repeats the token request of a log.',
    `${REVISIONS}: a dry run repeats the token request of a log`,
  ),
  ...acts(
    'custom_claims',
    'Which names of claims the code may set in this run.',
    `${REVISIONS}: the policy for claims is the tenant’s unless another is asked for`,
  ),
};

/** The same of code that is not kept. */
export const hookUnsavedDryRun: AcceptedFields = { ...hookRevisions, ...hookDryRun };

const REHEARSALS = 'test/e2e/rehearsals.test.ts';
const rehearsals: AcceptedFields = {
  ...acts(
    'revision',
    'The revision that is rehearsed, in the place of code.',
    `${REHEARSALS}: a revision of the history is rehearsed as code is`,
  ),
  ...acts(
    'source',
    'Where requests are taken from: recordings or logs.',
    `${REHEARSALS}: takes recordings where there are some, else logs, and says which`,
  ),
  ...acts(
    'last since client_ids',
    'Which requests are rehearsed: the newest, of a time, of clients.',
    `${REHEARSALS}: takes the requests that are asked for, and goes on where it stopped`,
  ),
  ...acts(
    'from',
    'Where the answer before stopped.',
    `${REHEARSALS}: takes the requests that are asked for, and goes on where it stopped`,
  ),
  ...acts(
    'network',
    'Whether requests that the code makes go out, or those of the deployed revision alone, with the same answers for both. Default refused.',
    `${REHEARSALS}: the network is refused unless it is asked for, and that is told`,
  ),
};

export const hookRehearsals: AcceptedFields = { ...hookRevisions, ...rehearsals };

const SHADOWS = 'test/e2e/shadows.test.ts';
export const hookShadow: AcceptedFields = {
  ...acts(
    'revision percent',
    'Which revision runs beside the deployed one, and for how many of the requests.',
    `${SHADOWS}: finds in what tokens would differ, and changes none`,
  ),
  ...acts(
    'network',
    'Whether requests that its code makes go out. Default refused.',
    `${SHADOWS}: the network is refused unless it is asked for, and what it stores is gone`,
  ),
};

export const actions: AcceptedFields = {
  ...policies,
  ...acts('name', 'Its name, unique in the tenant.', `${ACTIONS}: has a name of its own among Actions`),
  ...acts('supported_triggers.id', 'Only credentials-exchange.', `${ACTIONS}: is refused with what is wrong of it`),
  ...sentBack(
    'supported_triggers.status supported_triggers.runtimes supported_triggers.default_runtime ' +
      'supported_triggers.compatible_triggers supported_triggers.binding_policy supported_triggers.url',
    'As in the list of triggers; not stored.',
  ),
  ...acts(
    'supported_triggers.version',
    'v1 and v2 have the same contract here; the given one is returned.',
    `${ACTIONS}: lose none of their changes`,
  ),
  ...acts(
    'code',
    'The code that runs once it is deployed.',
    `${CODE}: shapes tokens once it is deployed and bound, and changes them when it is deployed anew`,
  ),
  ...acts(
    'dependencies.name dependencies.version',
    'npm modules that the code may require.',
    `${CODE}: may require modules`,
  ),
  ...off('dependencies.registry_url', 'Only the npm registry: HOOKMINT_NPM_REGISTRY names another.'),
  ...off('runtime', 'Only node22: every Action has the API of Node.js 22.'),
  ...acts(
    'secrets.name secrets.value',
    'Secrets of the Action; one without a value keeps its value.',
    `${CODE}: only its code can read them, and they keep their values until others are given`,
  ),
  ...sentBack('secrets.updated_at', 'When the secret was written; not stored.'),
  ...off('modules', 'Only empty: hookmint has no Action modules.'),
  ...acts(
    'deploy',
    'Deploys it at once.',
    `${ACTIONS}: is made without code as one that does nothing, and deployed at once when asked`,
  ),
};

export const actionVersionDeploy: AcceptedFields = acts(
  'update_draft',
  'Whether the draft becomes a copy of the version.',
  `${CODE}: shapes tokens once it is deployed and bound, and changes them when it is deployed anew`,
);

export const actionTest: AcceptedFields = {
  ...acts(
    'payload.accessToken.customClaims payload.accessToken.scope payload.client.client_id payload.client.name ' +
      'payload.client.metadata payload.request.body payload.request.hostname payload.request.ip payload.request.language ' +
      'payload.request.method payload.request.user_agent payload.resource_server.identifier payload.tenant.id ' +
      'payload.transaction.requested_scopes payload.transaction.target_scopes ' +
      'payload.proof_of_possession.mechanism payload.proof_of_possession.jkt payload.proof_of_possession.x5t#S256 ' +
      'payload.client_assertion.issuer payload.client_assertion.subject payload.client_assertion.claims ' +
      'payload.transaction.protocol payload.subject.issuer payload.subject.subject payload.subject.claims ' +
      'payload.actor.issuer payload.actor.subject payload.actor.claims',
    'The event that the Action gets.',
    `${CODE}: runs the draft with an event of one's own, and tells what it came to`,
  ),
  ...sentBack(
    'payload.request.geoip payload.transaction.correlation_id payload.agent payload.custom_domain payload.organization payload.secrets',
    "Members of Auth0's events that Actions do not have here, and its own secrets.",
  ),
};

const UNSAVED = `${CODE}: is tried with code that is not kept`;

/** The same of code that is not kept. */
export const actionDryRun: AcceptedFields = {
  ...actionTest,
  ...acts('code', 'The code that runs.', UNSAVED),
  ...acts('dependencies.name dependencies.version', 'npm modules that the code may require.', UNSAVED),
  ...off('dependencies.registry_url', 'Only the npm registry: HOOKMINT_NPM_REGISTRY names another.'),
  ...acts('log_id', 'Repeats the token request of a log.', UNSAVED),
};

const ACTION_REHEARSED =
  'test/e2e/action-rehearsals.test.ts: code and versions of an Action are rehearsed as those of hooks are';
export const actionRehearsals: AcceptedFields = {
  ...rehearsals,
  ...acts('code', 'The code that runs.', ACTION_REHEARSED),
  ...acts('dependencies.name dependencies.version', 'npm modules that the code may require.', UNSAVED),
  ...off('dependencies.registry_url', 'Only the npm registry: HOOKMINT_NPM_REGISTRY names another.'),
};

export const bindings: AcceptedFields = {
  ...acts(
    'bindings.ref.type bindings.ref.value',
    'The Actions that run, in their order.',
    `${ACTIONS}: the Actions run in their order, after the hook, each on the result of the one before`,
  ),
  ...acts(
    'bindings.display_name',
    'A name for people.',
    `${ACTIONS}: name only Actions that there are, each once, twenty at most`,
  ),
  ...off('bindings.secrets', 'Only empty: a binding has no secrets.'),
};
