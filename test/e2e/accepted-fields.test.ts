import assert from 'node:assert/strict';
import { X509Certificate, createPublicKey } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { it } from 'node:test';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { ACCEPTED_FIELDS } from '../../services/management/accepted-fields/accepted-fields.ts';
import type { Effect } from '../../services/management/accepted-fields/accepted-field.ts';
import { tenantIn } from '../../shared/store/tenant.ts';
import { selfSigned } from '../support/self-signed.ts';
import type { Management } from '../support/management.ts';
import { requestToken, type TokenAnswer } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';
import {
  grantClient,
  makeClient,
  openPatiently,
  told,
  type Body,
  type MadeClient,
} from './management-clients-fixtures.ts';

// What the table of accepted fields says of them, seen from outside: `services/management/accepted-fields`.

let api: Management;
const stack = withStack({ hook: null }, async (started) => {
  api = await openPatiently(started);
});

async function must(method: string, path: string, body?: unknown): Promise<Body> {
  const answer = await api.call(method, path, body);
  assert(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body as Body;
}

async function makeGranted(body?: Body): Promise<MadeClient> {
  const client = await makeClient(api, body);
  await grantClient(api, client.client_id, stack().audience, ['read:data']);
  return client;
}

const ask = ({ client_id, client_secret }: MadeClient, more: Record<string, string> = {}): Promise<TokenAnswer> =>
  requestToken(stack(), { client_id, client_secret, ...more });

async function claimsOf(client: MadeClient, more: Record<string, string> = {}): Promise<Body> {
  const { status, body } = await ask(client, more);
  assert.equal(status, 200, JSON.stringify(body));
  return decodeJwt(String(body.access_token));
}

/** The same code as a hook, and as an Action that is bound. */
const KINDS = [
  ['a hook', (body: string) => `module.exports = async (client, scope, audience, context, cb) => { ${body} };`],
  [
    'an Action',
    (body: string) => `exports.onExecuteCredentialsExchange = (event, api) => new Promise((resolve) => {
      const cb = (error, claims = {}) => {
        if (error) api.access.deny('server_error', error.message);
        for (const [name, value] of Object.entries(claims)) api.accessToken.setCustomClaim(name, value);
        resolve();
      };
      ${body}
    });`,
  ],
] as const;

async function withCode<T>(script: string, hookmint: Body, seen: () => Promise<T>): Promise<T> {
  if (!/^exports?\b.*\bonExecuteCredentialsExchange\b/.test(script)) return withHook(script, hookmint, seen);
  const supported_triggers = [{ id: 'credentials-exchange' }];
  const action = { name: 'Of a field', supported_triggers, code: script, deploy: true, hookmint };
  const { id, ...made } = await must('POST', '/actions/actions', action);
  assert.deepEqual(made.hookmint, Object.keys(hookmint).length === 0 ? undefined : hookmint);
  const bindings = '/actions/triggers/credentials-exchange/bindings';
  await must('PATCH', bindings, { bindings: [{ ref: { type: 'action_id', value: id } }] });
  try {
    return await seen();
  } finally {
    await must('DELETE', `/actions/actions/${String(id)}?force=true`);
  }
}

async function withHook<T>(script: string, hookmint: Body, seen: () => Promise<T>): Promise<T> {
  const { id } = await must('POST', '/hooks', {
    name: 'of a field',
    triggerId: 'credentials-exchange',
    script,
    enabled: true,
    hookmint,
  });
  try {
    return await seen();
  } finally {
    await must('DELETE', `/hooks/${String(id)}`);
  }
}

const NAMESPACE = 'https://field.example.com/';

/** Paths of a resource's fields that have one effect. */
const pathsOf = (resource: string, effect: Effect): string[] =>
  Object.entries(ACCEPTED_FIELDS[resource] ?? {})
    .filter(([, field]) => field.effect === effect)
    .map(([path]) => path);

function nested(path: string, value: unknown): Body {
  return path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as Body;
}

function at(body: unknown, path: string): unknown {
  return path.split('.').reduce((inner, name) => (inner as Body | undefined)?.[name], body);
}

/** A value that the field takes, whatever its type is. */
const CANDIDATES = [true, 7, 'a text', ['a text'], { some: { thing: 1 } }, 'deny_all'];

/** Writes each field alone, and gives what was told of it afterwards beside what was written. */
async function writtenAndTold(path: string, fields: readonly string[]): Promise<[field: string, unknown, unknown][]> {
  const seen: [string, unknown, unknown][] = [];
  for (const field of fields) {
    for (const value of CANDIDATES) {
      const { status } = await api.call('PATCH', path, nested(field, value));
      if (status !== 200) continue;
      seen.push([field, value, at(await must('GET', path), field)]);
      break;
    }
  }
  return seen;
}

function assertTold(seen: [field: string, written: unknown, told: unknown][], fields: readonly string[]): void {
  assert.deepEqual(
    seen.map(([field]) => field),
    fields,
  );
  for (const [field, written, toldOf] of seen) assert.deepEqual(toldOf, written, field);
}

it('what describes something is told again', async () => {
  const { client_id } = await makeClient(api);
  const ofClient = pathsOf('clients', 'told').filter((path) => !path.startsWith('client_authentication_methods'));
  assertTold(await writtenAndTold(`/clients/${client_id}`, ofClient), ofClient);
  const ofTenant = pathsOf('tenants/settings', 'told');
  assertTold(await writtenAndTold('/tenants/settings', ofTenant), ofTenant);

  const scopes = [{ value: 'read', description: 'Reads' }];
  const { id } = await must('POST', '/resource-servers', { identifier: 'urn:described', name: 'Described', scopes });
  const told = await must('GET', `/resource-servers/${String(id)}`);
  assert.deepEqual([told.name, told.scopes], ['Described', scopes]);
  assert.deepEqual(pathsOf('resource-servers', 'told'), ['name', 'scopes.description']);

  const { pem } = await selfSigned();
  const key = { name: 'A key', credential_type: 'public_key', pem };
  const made = await must('POST', `/clients/${client_id}/credentials`, key);
  assert.equal(made.name, 'A key');
  assert.deepEqual(pathsOf('clients/credentials', 'told'), ['name']);
});

it('what is about logins is told again, and changes no token', async () => {
  const client = await makeGranted();
  const without = (claims: Body): Body => ({ ...claims, iat: 0, exp: 0 });
  const before = without(await claimsOf(client));
  const clients = pathsOf('clients', 'login');
  assertTold(await writtenAndTold(`/clients/${client.client_id}`, clients), clients);
  const settings = pathsOf('tenants/settings', 'login');
  assertTold(await writtenAndTold('/tenants/settings', settings), settings);
  const [demo] = (await must('GET', '/resource-servers')) as unknown as Body[];
  const apis = pathsOf('resource-servers', 'login');
  const apiPath = `/resource-servers/${encodeURIComponent(stack().audience)}`;
  assert(demo !== undefined);
  assertTold(await writtenAndTold(apiPath, apis), apis);
  assert.deepEqual(without(await claimsOf(client)), before);

  for (const grant_type of ['authorization_code', 'refresh_token', 'password', 'implicit']) {
    assert.equal((await ask(client, { grant_type })).body.error, 'unsupported_grant_type');
  }
  for (const path of ['oauth/par', 'oauth/device/code', 'oidc/register', 'oidc/logout', 'userinfo', 'u/login']) {
    const { status } = await fetch(`${stack().url}/${path}?response_type=code&client_id=${client.client_id}`);
    assert.equal(status, 404, path);
  }
  const login = await fetch(`${stack().url}/authorize?response_type=code&client_id=${client.client_id}`);
  assert.equal(((await login.json()) as Body).error, 'unsupported_response_type');
});

/** Of each field that is only taken when it is off: a value that is, and one that is not; `undefined` where no value is. */
const OFF: Readonly<Record<string, Record<string, [offValue: unknown, other: unknown]>>> = {
  clients: {
    organization_usage: ['deny', 'require'],
    default_organization: [null, { organization_id: 'org_1', flows: ['client_credentials'] }],
    is_token_endpoint_ip_header_trusted: [false, true],
    token_vault_privileged_access: [null, { credentials: [] }],
    'token_exchange.allow_any_profile_of_type': [[], ['custom_authentication']],
    'identity_assertion_authorization_grant.active': [false, true],
    third_party_security_mode: ['permissive', 'strict'],
  },
  'client-grants': {
    organization_usage: ['deny', 'allow'],
    allow_any_organization: [false, true],
    authorization_details_types: [[], ['payment']],
  },
  'resource-servers': {
    verificationLocation: [null, 'https://example.com/keys'],
    consent_policy: [null, 'transactional-authorization-with-mfa'],
    authorization_details: [null, [{ type: 'payment' }]],
    token_encryption: [null, { format: 'compact-nested-jwe' }],
  },
  'tenants/settings': {
    'default_token_quota.organizations': [undefined, { client_credentials: { per_hour: 1 } }],
    sandbox_version: ['22', '18'],
    legacy_sandbox_version: ['', '8'],
    allow_organization_name_in_authentication_api: [false, true],
    client_id_metadata_document_supported: [false, true],
    'flags.allow_api1_non_global_clients': [false, true],
    'flags.enable_dynamic_client_registration': [false, true],
    'flags.remove_alg_from_jwks': [false, true],
    'flags.of_tomorrow': [false, true],
  },
};

it('what hookmint does not have is taken where it is off, and else refused', async () => {
  const client = await makeGranted();
  const [grant] = (await must('GET', `/client-grants?client_id=${client.client_id}`)) as unknown as Body[];
  const paths: Record<string, string> = {
    clients: `/clients/${client.client_id}`,
    'client-grants': `/client-grants/${String(grant?.id)}`,
    'resource-servers': `/resource-servers/${encodeURIComponent(stack().audience)}`,
    'tenants/settings': '/tenants/settings',
  };
  const refusedByName = async (method: string, path: string, body: unknown, field: string): Promise<void> => {
    const { status, body: answer } = await api.call(method, path, body);
    const { message, errorCode } = answer as Body;
    assert.deepEqual([status, errorCode], [400, 'invalid_body'], field);
    const named = field.replace('of_tomorrow', '').split('.').at(-1) ?? '';
    assert.match(String(message), /can only be|is not supported|must be|is not heeded|has no|Put|are none/i, field);
    assert(String(message).includes(named), `${field}: ${String(message)}`);
  };
  for (const [resource, samples] of Object.entries(OFF)) {
    const path = paths[resource] ?? '';
    for (const [field, [offValue, other]] of Object.entries(samples)) {
      if (offValue !== undefined) await must('PATCH', path, nested(field, offValue));
      await refusedByName('PATCH', path, nested(field, other), field);
      const toldOf = at(await must('GET', path), field);
      assert(toldOf === undefined || JSON.stringify(toldOf) === JSON.stringify(offValue), field);
    }
  }
  const create = { client_id: client.client_id, audience: 'urn:other' };
  await refusedByName('POST', '/client-grants', { ...create, subject_type: 'user' }, 'subject_type');
  await refusedByName('POST', '/client-grants', { ...create, default_for: 'third_party_clients' }, 'default_for');
  const credential = { credential_type: 'x509_cert', pem: 'x' };
  const inline = { name: 'x', client_authentication_methods: { private_key_jwt: { credentials: [credential] } } };
  await refusedByName('POST', '/clients', inline, 'credential_type');
  const ofKey = { ...credential, credential_type: 'public_key' };
  const byItself = {
    name: 'x',
    client_authentication_methods: { self_signed_tls_client_auth: { credentials: [ofKey] } },
  };
  await refusedByName('POST', '/clients', byItself, 'credential_type');
  const action = { name: 'x', supported_triggers: [{ id: 'credentials-exchange' }] };
  await refusedByName('POST', '/actions/actions', { ...action, runtime: 'node18' }, 'runtime');
  await refusedByName('POST', '/actions/actions', { ...action, modules: [{ module_id: 'm' }] }, 'modules');
  const elsewhere = [{ name: 'ms', version: '2.1.3', registry_url: 'https://elsewhere.example.com/' }];
  await refusedByName('POST', '/actions/actions', { ...action, dependencies: elsewhere }, 'registry_url');
  await refusedByName('POST', '/actions/actions/x/dry-run', { dependencies: elsewhere }, 'registry_url');
  await refusedByName('POST', '/actions/actions/x/rehearsals', { dependencies: elsewhere }, 'registry_url');
  const binding = { ref: { type: 'action_name', value: 'x' }, secrets: [{ name: 'A', value: 'b' }] };
  await refusedByName('PATCH', '/actions/triggers/credentials-exchange/bindings', { bindings: [binding] }, 'secrets');

  const tried = Object.entries(OFF).flatMap(([resource, samples]) =>
    Object.keys(samples).map((field) => `${resource} ${field.replace('of_tomorrow', '*')}`),
  );
  const others = [
    ...['client-grants subject_type', 'client-grants default_for'],
    'clients client_authentication_methods.self_signed_tls_client_auth.credentials.credential_type',
    'clients client_authentication_methods.private_key_jwt.credentials.credential_type',
    ...['actions/actions dependencies.registry_url', 'actions/actions runtime', 'actions/actions modules'],
    'actions/actions/dry-run dependencies.registry_url',
    'actions/actions/rehearsals dependencies.registry_url',
    'actions/triggers/bindings bindings.secrets',
  ];
  const all = Object.keys(ACCEPTED_FIELDS).flatMap((resource) =>
    pathsOf(resource, 'off').map((path) => `${resource} ${path}`),
  );
  assert.deepEqual([...tried, ...others].sort(), all.sort());
});

it('a request that names an organization gets no token, for every client denies organizations', async () => {
  const client = await makeGranted({ organization_usage: 'deny' });
  const { status, body } = await ask(client, { organization: 'org_none' });
  assert.deepEqual([status, body.error], [400, 'invalid_request']);
  assert.equal((await ask(client, { organization: '' })).status, 200);
});

it('a setting that an older version kept and did not heed is not told', async () => {
  const { client_id } = await makeClient(api);
  const db = await stack().db();
  const old = { 'profile.require_proof_of_possession': true, 'profile.organization_usage': 'require' };
  await db.collection<{ _id: string }>('clients').updateOne({ _id: client_id }, { $set: old });
  await tenantIn(db).changeSettings((now) => {
    const flags = { ...(now.profile.flags as Body | undefined), enable_dynamic_client_registration: true };
    return { ...now, profile: { ...now.profile, flags, legacy_sandbox_version: '8' } };
  });
  const client = await must('GET', `/clients/${client_id}`);
  assert.deepEqual([client.require_proof_of_possession, client.organization_usage], [undefined, undefined]);
  const { flags, legacy_sandbox_version: sandbox } = await must('GET', '/tenants/settings');
  assert.deepEqual([(flags as Body).enable_dynamic_client_registration, sandbox], [undefined, undefined]);
  assert.equal((await must('PATCH', `/clients/${client_id}`, { name: 'Changed' })).name, 'Changed');
});

it('what the API tells can be sent back, and decides nothing', async () => {
  const { triggers } = (await must('GET', '/actions/triggers')) as { triggers: Body[] };
  const supported_triggers = [{ ...triggers[0], url: 'https://example.com/' }];
  const code =
    'exports.onExecuteCredentialsExchange = async ({ request, transaction, agent, custom_domain, organization, secrets }, api) => {\n' +
    "  const seen = [Object.keys(request.geoip), transaction.correlation_id === 'sent', agent, custom_domain, organization, secrets];\n" +
    "  api.accessToken.setCustomClaim('seen', JSON.stringify(seen));\n};";
  const secrets = [{ name: 'KEY', value: 'own', updated_at: '2020-01-01T00:00:00.000Z' }];
  const made = await must('POST', '/actions/actions', { name: 'Sent back', supported_triggers, code, secrets });
  assert.deepEqual(made.supported_triggers, [{ id: 'credentials-exchange', version: 'v2' }]);
  assert.notEqual((made.secrets as Body[])[0]?.updated_at, secrets[0]?.updated_at);
  const sent = { agent: {}, custom_domain: { domain: 'x' }, organization: { id: 'org_1' }, secrets: { KEY: 'sent' } };
  const event = { ...sent, request: { geoip: { cityName: 'x' } }, transaction: { correlation_id: 'sent' } };
  const { payload } = await must('POST', `/actions/actions/${String(made.id)}/test`, { payload: event });
  const { seen } = (payload as { claims: Body }).claims;
  assert.equal(seen, JSON.stringify([[], false, null, null, null, { KEY: 'own' }]));
});

it("a client's name and metadata are what its hook sees", async () => {
  const client = await makeGranted({ name: 'Billing', client_metadata: { plan: 'full' } });
  const script = `module.exports = (c, s, a, x, cb) => cb(null, { '${NAMESPACE}': [c.name, c.metadata.plan] });`;
  const claims = await withHook(script, {}, () => claimsOf(client));
  assert.deepEqual(claims[NAMESPACE], ['Billing', 'full']);
});

it('a client of the method none gets no token, and one with a secret shows it in either place', async () => {
  const client = await makeGranted();
  const { client_id, client_secret, audience } = { ...client, audience: stack().audience };
  const basic = async (): Promise<number> => {
    const authorization = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`;
    const body = new URLSearchParams({ grant_type: 'client_credentials', audience });
    return (await fetch(`${stack().url}/oauth/token`, { method: 'POST', body, headers: { authorization } })).status;
  };
  const seen: [string, number, number][] = [];
  for (const method of ['client_secret_post', 'client_secret_basic', 'none']) {
    await must('PATCH', `/clients/${client_id}`, { token_endpoint_auth_method: method });
    seen.push([method, (await ask(client)).status, await basic()]);
  }
  assert.deepEqual(seen, [
    ['client_secret_post', 200, 200],
    ['client_secret_basic', 200, 200],
    ['none', 403, 403],
  ]);
});

it('a credential may take its end from its certificate', async () => {
  const { client_id } = await makeClient(api);
  const { pem } = await selfSigned();
  const key = { credential_type: 'public_key', pem, parse_expiry_from_cert: true };
  const made = await must('POST', `/clients/${client_id}/credentials`, key);
  assert.equal(Date.parse(String(made.expires_at)), Date.parse(new X509Certificate(pem).validTo));
  const bare = createPublicKey(pem).export({ type: 'spki', format: 'pem' });
  const answer = await told(api.call('POST', `/clients/${client_id}/credentials`, { ...key, pem: bare }));
  assert.equal(answer[0], 400);
});

it('the settings of an API are in its next token', async () => {
  const identifier = 'urn:settings';
  const client = await makeClient(api);
  const { id } = await must('POST', '/resource-servers', { identifier, scopes: [{ value: 'a' }, { value: 'b' }] });
  const path = `/resource-servers/${String(id)}`;
  await must('POST', '/client-grants', { client_id: client.client_id, audience: identifier, scope: ['a'] });
  const token = () => claimsOf(client, { audience: identifier });
  const first = await token();
  assert.deepEqual([first.aud, first.scope, first.permissions], [identifier, 'a', undefined]);
  await must('PATCH', path, { token_lifetime: 60, token_dialect: 'rfc9068_profile_authz', enforce_policies: true });
  const second = await token();
  assert.deepEqual([Number(second.exp) - Number(second.iat), second.client_id], [60, client.client_id]);
  assert.deepEqual([second.permissions, second.gty], [['a'], undefined]);
  await must('PATCH', path, { enforce_policies: false, signing_alg: 'ES256' });
  const { body } = await ask(client, { audience: identifier });
  assert.equal(decodeProtectedHeader(String(body.access_token)).alg, 'ES256');
  assert.equal(decodeJwt(String(body.access_token)).permissions, undefined);
  await must('PATCH', path, { subject_type_authorization: { client: { policy: 'deny_all' } } });
  assert.equal((await ask(client, { audience: identifier })).status, 403);
});

it('the policy for claims decides about the next token', async () => {
  const client = await makeGranted();
  const script = "module.exports = (c, s, a, x, cb) => cb(null, { plan: 'full' });";
  const seen = await withHook(script, {}, async () => {
    const plans: unknown[] = [];
    for (const custom_claims of ['relaxed', 'namespaced']) {
      await must('PATCH', '/tenants/settings', { custom_claims });
      plans.push((await claimsOf(client)).plan);
    }
    return plans;
  });
  assert.deepEqual(seen, ['full', undefined]);
});

const LIMITED: readonly (readonly [limits: Body, body: string])[] = [
  [{ cpu_ms: 50 }, 'for (;;);'],
  [{ wall_ms: 200 }, 'setTimeout(cb, 10_000);'],
  [{ heap_mib: 8 }, 'const all = []; for (;;) all.push(new Array(1e5).fill(Math.random()));'],
  [{ result_bytes: 1_024 }, "cb(null, { 'https://foo.com/c': 'x'.repeat(2_000) })"],
  [
    { network_calls: 0 },
    "fetch('http://127.0.0.1:9/').catch((error) => cb(new ServerError('stopped: ' + error.cause?.message)))",
  ],
];

it('each limit of a hook stops it', async () => {
  const client = await makeGranted();
  const hook = (body: string): string => `module.exports = (client, scope, audience, context, cb) => { ${body} };`;
  const each = KINDS.flatMap(([, code]) => LIMITED.map(([limits, body]) => [limits, code(body)] as const));
  for (const [limits, script] of each) {
    const { status } = await withCode(script, { limits }, () => ask(client));
    assert.equal(status, 500, JSON.stringify(limits));
  }

  const { id } = await must('POST', '/hooks', {
    name: 'prints',
    triggerId: 'credentials-exchange',
    script: hook("console.log('x'.repeat(2_000)); cb(null, {})"),
    hookmint: { limits: { console_bytes: 100 } },
  });
  const { revisions } = (await must('GET', `/hooks/${String(id)}/revisions`)) as { revisions: { revision: string }[] };
  const run = await must('POST', `/hooks/${String(id)}/revisions/${String(revisions[0]?.revision)}/dry-run`, {});
  assert(JSON.stringify(run.console).length < 400);
});

it('the policy for requests of a hook opens an address and closes a host', async (t) => {
  const server = createServer((_request, response) => void response.end('there')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => server.close());
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  const client = await makeGranted();
  const body = `fetch('${url}').then((r) => r.text(), () => 'refused').then((text) => cb(null, { '${NAMESPACE}': text }));`;
  for (const [what, code] of KINDS) {
    const seen = async (egress: Body) =>
      (await withCode(code(body), Object.keys(egress).length === 0 ? {} : { egress }, () => claimsOf(client)))[
        NAMESPACE
      ];
    const allowed_addresses = ['127.0.0.1'];
    assert.equal(await seen({}), 'refused', what);
    assert.equal(await seen({ allowed_addresses }), 'there', what);
    assert.equal(await seen({ allowed_addresses, allowed_hosts: ['other.example.com'] }), 'refused', what);
  }
});

it('a hook that is isolated by a process shares none with another', async () => {
  const client = await makeGranted();
  const processesWith = (script: string, hookmint: Body): Promise<number> =>
    withCode(script, hookmint, async () => {
      assert.equal((await ask(client)).status, 200);
      return stack().pidsOf('sandbox').length;
    });
  const [[, ofHook], [, ofAction]] = KINDS;
  const shared = await processesWith(ofHook('cb(null, {})'), {});
  assert.equal(await processesWith(ofHook('cb(null, {})'), { isolation: 'process' }), shared + 1);
  const before = await processesWith(ofAction('cb()'), {});
  assert.equal(await processesWith(ofAction('cb()'), { isolation: 'process' }), before + 1);
});

it('a hook and an Action in TypeScript run where their language says so, and only there', async () => {
  const client = await makeGranted();
  const typed: [kind: 'hook' | 'action', code: string][] = [
    [
      'hook',
      `export default (c: object, s: string[], a: string, x: object, cb: Function) => cb(null, { '${NAMESPACE}': 'typed' as const });`,
    ],
    [
      'action',
      `export const onExecuteCredentialsExchange = async (event: object, api: any): Promise<void> => api.accessToken.setCustomClaim('${NAMESPACE}', 'typed');`,
    ],
  ];
  for (const [kind, code] of typed) {
    assert.equal((await withCode(code, { language: 'typescript' }, () => claimsOf(client)))[NAMESPACE], 'typed', kind);
    await assert.rejects(
      withCode(code, {}, () => claimsOf(client)),
      /hook_syntax_error/,
      kind,
    );
    await assert.rejects(
      withCode(code, { language: 'javascript' }, () => claimsOf(client)),
      /hook_syntax_error/,
      kind,
    );
  }
});

it('a hook is called by the contract that is said, and an Action by no other than its own', async () => {
  const client = await makeGranted();
  // What looks like an export hides what the script declares.
  const script = `const named = module.id; const getCustomJwtClaims = () => ({ said: 'yes' });`;
  assert.equal((await withCode(script, { contract: 'logto' }, () => claimsOf(client))).said, 'yes');
  await assert.rejects(
    withCode(script, {}, () => claimsOf(client)),
    /hook_load_failed/,
  );
  const action = `exports.onExecuteCredentialsExchange = async () => {}; const getCustomJwtClaims = () => ({});`;
  for (const [contract, refusal] of [
    ['logto', /must export onExecuteCredentialsExchange/],
    ['auth0-hook', /hook_exports_nothing/],
  ] as const) {
    await assert.rejects(
      withCode(action, { contract }, () => claimsOf(client)),
      refusal,
    );
  }
});

it('a hook that fails stops the token, unless it may be issued unmodified', async () => {
  const client = await makeGranted();
  for (const [, code] of KINDS) {
    const script = code("throw new Error('no')");
    assert.equal((await withCode(script, {}, () => ask(client))).status, 500);
    assert.equal((await withCode(script, { on_failure: 'issue_unmodified' }, () => ask(client))).status, 200);
  }
});

it('a dry run shows the code the event that it is given', async () => {
  const event = {
    client: { id: 'c1', name: 'C', tenant: 't', metadata: { a: 'b' } },
    scope: ['s'],
    audience: 'urn:a',
    proof_of_possession: { mechanism: 'dpop', jkt: 'j'.repeat(43) },
    client_assertion: { issuer: 'https://issuer.example.com', subject: 's', claims: { ref: 'main' } },
    protocol: 'oauth2-token-exchange',
    subject: { issuer: 'https://idp.example.com', subject: 'alice', claims: { team: 'red' } },
    actor: { issuer: 'https://idp.example.com', subject: 'robot', claims: {} },
    body: { sent: 'x' },
    request: {
      ip: '192.0.2.9',
      method: 'POST',
      hostname: 'h.example.com',
      user_agent: 'u/1',
      language: 'fr',
      requested_scopes: ['s'],
    },
  };
  const dryRun = async (script: string): Promise<Body> => {
    const { id } = await must('POST', '/hooks', { name: 'tried', triggerId: 'credentials-exchange', script });
    const { revisions } = (await must('GET', `/hooks/${String(id)}/revisions`)) as {
      revisions: { revision: string }[];
    };
    const path = `/hooks/${String(id)}/revisions/${String(revisions[0]?.revision)}/dry-run`;
    const { token } = await must('POST', path, { event });
    await must('DELETE', `/hooks/${String(id)}`);
    return (token as { claims: Body }).claims;
  };
  const ofHook = await dryRun(
    `module.exports = (client, scope, audience, context, cb) => cb(null, { '${NAMESPACE}': { client, scope, audience, body: context.body, proof_of_possession: context.proof_of_possession, client_assertion: context.client_assertion, protocol: context.protocol, subject: context.subject, actor: context.actor } });`,
  );
  const { request, ...seenByHooks } = event;
  assert.deepEqual(ofHook[NAMESPACE], seenByHooks);
  const ofAction = await dryRun(
    'exports.onExecuteCredentialsExchange = async ({ request: { ip, method, hostname, user_agent, language }, transaction, proof_of_possession }, api) =>' +
      ` api.accessToken.setCustomClaim('${NAMESPACE}', [{ ip, method, hostname, user_agent, language, requested_scopes: transaction.requested_scopes }, proof_of_possession]);`,
  );
  assert.deepEqual(ofAction[NAMESPACE], [request, event.proof_of_possession]);
});
