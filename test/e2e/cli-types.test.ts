import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openWebhook } from '../../services/hook-executor/webhooks/open-webhook.ts';
import { WEBHOOK_KINDS, type WebhookKind } from '../../shared/domain/contracts.ts';
import { argumentsOf, SampleEvent } from '../../shared/domain/sample-event.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const HOOK = `/** @type {import('hookmint/types').ClientCredentialsExchangeHook} */\n`;
const ACTION = `/** @type {import('hookmint/types').CredentialsExchangeAction} */\n`;
const LOGTO = `/** @type {import('hookmint/types').LogtoScript} */\n`;
const COGNITO = `/** @type {import('hookmint/types').CognitoLambda} */\n`;
const template = (name: string): string => readFileSync(join(ROOT, `cli/hook/templates/${name}`), 'utf8');

/** What each webhook is asked, as it is sent, and an answer to it. */
const ASKED = {
  webhook: [
    'WebhookRequest',
    '{ claims: { plan: asked.data.client.metadata.plan, at: asked.timestamp }, scope: asked.data.scope ?? [] }',
    'WebhookAnswer',
  ],
  'hydra-webhook': [
    'HydraWebhookRequest',
    '{ session: { access_token: { tenant: asked.request.requested_scopes?.[0], of: asked.session.id_token.subject } } }',
    'HydraWebhookAnswer',
  ],
  'wso2-webhook': [
    'Wso2WebhookRequest',
    "{ actionStatus: 'SUCCESS', operations: [{ op: 'add', path: '/accessToken/claims/-', value: { name: 'n', value: asked.event.accessToken.scopes } }, { op: 'remove', path: '/accessToken/scopes/0' }] }",
    'Wso2WebhookAnswer',
  ],
  'okta-webhook': [
    'OktaWebhookRequest',
    "{ commands: [{ type: 'com.okta.access.patch', value: [{ op: 'add', path: '/claims/n', value: asked.data.access.claims.cid }] }] }",
    'OktaWebhookAnswer',
  ],
} as const satisfies Record<WebhookKind, readonly [string, string, string]>;

function endpointOf(kind: keyof typeof ASKED): string {
  const [asked, answer, answered] = ASKED[kind];
  const code = template(`${kind}.json`);
  const secrets = { WEBHOOK_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}`, HOOK_KEY: 'k' };
  const args = argumentsOf(SampleEvent.parse({ body: { grant_type: 'client_credentials', scope: 'a' } }), kind);
  const body = openWebhook({ code, kind }, secrets).request(args).body ?? '';
  return `import type { ${answered}, ${asked} } from 'hookmint/types';
const asked: ${asked} = ${body} ;
export const answer: ${answered} = ${answer};`;
}

const FILES = {
  'webhook.ts': endpointOf('webhook'),
  'hydra-webhook.ts': endpointOf('hydra-webhook'),
  'wso2-webhook.ts': endpointOf('wso2-webhook'),
  'okta-webhook.ts': endpointOf('okta-webhook'),
  'wrong-answers.ts': `import type { HydraWebhookAnswer, OktaWebhookAnswer, WebhookAnswer, Wso2WebhookAnswer } from 'hookmint/types';
export const both: WebhookAnswer = { claims: {}, error: 'access_denied' };
export const other: WebhookAnswer = { error: 'server_error' };
export const list: HydraWebhookAnswer = { session: { access_token: [] } };
export const nested: Wso2WebhookAnswer = { actionStatus: 'SUCCESS', operations: [{ op: 'add', path: '/', value: { name: 'n', value: {} } }] };
export const why: Wso2WebhookAnswer = { actionStatus: 'FAILED' };
export const op: OktaWebhookAnswer = { commands: [{ type: 't', value: [{ op: 'move', path: '/' }] }] };
export const misspelt: WebhookAnswer = { claim: {} };`,
  'hook-template.js': template('hook.js'),
  'action-template.js': template('action.js'),
  'hook-template.ts': template('hook.ts.txt'),
  'action-template.ts': template('action.ts.txt'),
  'logto-template.js': template('logto.js'),
  'logto-template.ts': template('logto.ts.txt'),
  'cognito-template.js': template('cognito-lambda.js'),
  'cognito-template.ts': template('cognito-lambda.ts.txt'),
  'logto.js': `${LOGTO}const getCustomJwtClaims = async ({ token, context, environmentVariables, api }) => {
    if (token.aud.startsWith('urn:') || !environmentVariables?.KEY) api.denyAccess(token.scope?.split(' ')[0]);
    return { plan: context.application.customData.plan?.trim(), kind: token.kind, name: context.application.name };
  };`,
  'wrong-logto.js': `${LOGTO}const getCustomJwtClaims = ({ context }) => ({ email: context.user.email });`,
  'cognito.js': `${COGNITO}exports.handler = (event, context, callback) => {
    if (event.request.clientMetadata.tenant === undefined) return callback(new Error('no'));
    event.response.claimsAndScopeOverrideDetails = {
      accessTokenGeneration: { claimsToAddOrOverride: { left: context.getRemainingTimeInMillis() }, scopesToSuppress: event.request.scopes },
    };
    callback(null, event);
  };`,
  'wrong-cognito.js': `${COGNITO}exports.handler = async (event) => {
    event.response.claimsAndScopeOverrideDetails = { accessTokenGeneration: { scopesToAdd: 'a' } };
    return event;
  };`,
  'hook.js': `${HOOK}module.exports = async function (client, scope, audience, context, cb) {
    const { plan } = client.metadata;
    if (plan?.startsWith('x')) return cb(new InvalidScopeError(client.name + client.id + client.tenant));
    if (context.body.state) return cb(new InvalidRequestError('no'));
    if (!context.webtask.secrets.KEY?.trim()) return cb(new ServerError(audience.toLowerCase()));
    context.webtask.storage.get((error, data) => context.webtask.storage.set(data, { force: 1 }, () => {}));
    scope?.push('extra');
    if (plan === 'text') return cb('text');
    cb(null, { scope, 'https://x.example/': { plan, list: [1, null, true] } });
  };`,
  'wrong-hook.js': `${HOOK}module.exports = function (client, scope, audience, context, cb) {
    client.client_id;
    scope.push('extra');
    cb(null, { scope: 'a b' });
    new InvalidScopeError(1);
  };`,
  'action.js': `${ACTION}exports.onExecuteCredentialsExchange = async (event, api) => {
    if (event.request.ip === event.secrets.IP) api.access.deny('invalid_scope', 'no');
    api.accessToken.setCustomClaim(event.resource_server.identifier, event.client.metadata.plan);
    const kept = api.cache.get(event.client.client_id)?.value ?? event.tenant.id;
    const set = api.cache.set('k', kept, { ttl: 1 });
    if (set.type === 'error') console.log(set.code);
    else console.log(set.record.expires_at.toFixed());
    api.transaction.setTargetScopes(event.transaction.requested_scopes);
  };`,
  'wrong-action.js': `${ACTION}exports.onExecuteCredentialsExchange = (event, api) => api.access.deny('no');`,
};

describe('hookmint/types', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hookmint-types-'));
  after(() => rmSync(folder, { recursive: true }));
  let told: string[] = [];

  before(() => {
    // An author's project, with hookmint installed.
    const installed = join(folder, 'node_modules/hookmint');
    mkdirSync(installed, { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(installed, 'package.json'));
    cpSync(join(ROOT, 'types'), join(installed, 'types'), { recursive: true });
    for (const [name, code] of Object.entries(FILES)) writeFileSync(join(folder, name), code);
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const options = '--noEmit --allowJs --checkJs --strict --module node16 --target es2022 --types node'.split(' ');
    const typeRoots = ['--typeRoots', join(ROOT, 'node_modules/@types')];
    const args = [tsc, ...options, ...typeRoots, ...Object.keys(FILES)];
    told = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }).stdout.split('\n');
  });

  /** What TypeScript has against a file. */
  const complaints = (file: keyof typeof FILES): string[] =>
    told.flatMap((line) => (line.startsWith(`${file}(`) ? (/error TS\d+: (.+)/.exec(line)?.[1] ?? []) : []));

  it("are found in a project of one's own by the lines that the guide gives", () => {
    const guide = readFileSync(join(ROOT, 'docs/hooks.md'), 'utf8');
    const lines = /```json\n(\{\n {2}"compilerOptions"[^`]*)```/.exec(guide)?.[1];
    assert.ok(lines !== undefined);
    const project = join(folder, 'own/project');
    mkdirSync(project, { recursive: true });
    symlinkSync(ROOT, join(folder, 'own/hookmint'));
    writeFileSync(join(project, 'jsconfig.json'), lines);
    writeFileSync(
      join(project, 'hook.js'),
      `${HOOK}module.exports = function (client, scope, audience, context, cb) {
        console.log(context.webtask.secrets.KEY?.trim());
        cb(client.client_id ? null : new InvalidScopeError('no'), { scope });
      };`,
    );
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', 'jsconfig.json'], { cwd: project, encoding: 'utf8' });
    assert.match(
      stdout,
      /^hook\.js\(4,19\): error TS2339: Property 'client_id' does not exist on type 'HookClient'\.\n$/,
    );
  });

  it('has something to say', () => assert.notDeepEqual(told, ['']));

  it('knows all that a hook is given', () => assert.deepEqual(complaints('hook.js'), []));

  it('knows what a hook is not given', () => {
    assert.deepEqual(complaints('wrong-hook.js'), [
      "Property 'client_id' does not exist on type 'HookClient'.",
      "'scope' is possibly 'undefined'.",
      "Type 'string' is not assignable to type 'string[]'.",
      "Argument of type 'number' is not assignable to parameter of type 'string'.",
    ]);
  });

  it('knows all that an Action is given', () => assert.deepEqual(complaints('action.js'), []));

  it('knows what an Action is not given', () => {
    assert.deepEqual(complaints('wrong-action.js'), [
      `Argument of type '"no"' is not assignable to parameter of type '"invalid_scope" | "invalid_request" | "server_error"'.`,
    ]);
  });

  it('knows what code of other systems is given, and what it is not', () => {
    assert.deepEqual([...complaints('logto.js'), ...complaints('cognito.js')], []);
    assert.equal(complaints('wrong-logto.js').length, 1);
    assert.match(complaints('wrong-logto.js')[0] ?? '', /^Property 'user' does not exist on type/);
    assert.deepEqual(complaints('wrong-cognito.js'), ["Type 'string' is not assignable to type 'string[]'."]);
  });

  it('knows what endpoints are asked, and what they may answer', () => {
    for (const kind of WEBHOOK_KINDS) assert.deepEqual(complaints(`${kind}.ts`), [], kind);
    assert.equal(complaints('wrong-answers.ts').length, 7, complaints('wrong-answers.ts').join('\n'));
  });

  it('fits the templates', () => {
    const templates = (Object.keys(FILES) as (keyof typeof FILES)[]).filter((file) => file.includes('-template.'));
    assert.equal(templates.length, 8);
    assert.deepEqual(templates.flatMap(complaints), []);
  });
});
