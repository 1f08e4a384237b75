import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { requestToken } from '../support/token-request.ts';
import type { Management } from '../support/management.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';
import { grantClient, makeClient, openPatiently, type Body, type MadeClient } from './management-clients-fixtures.ts';

let api: Management;
const stack = withStack({ hook: null }, async (started) => {
  api = await openPatiently(started);
});

const NS = 'https://claims.example.com/';
let lastApi = 0;

async function must(method: string, path: string, body?: unknown): Promise<Body> {
  const answer = await api.call(method, path, body);
  assert(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body as Body;
}

type World = { client: MadeClient; clientPath: string; apiPath: string; grantPath: string; audience: string };

/** A client with a grant for an API of its own. */
async function world(of: { client?: Body; api?: Body; grant?: Body } = {}): Promise<World> {
  const audience = `urn:claims:${String(++lastApi)}`;
  const scopes = [{ value: 'read' }, { value: 'write' }];
  const { id } = await must('POST', '/resource-servers', { identifier: audience, scopes, ...of.api });
  const client = await makeClient(api, { client_metadata: { plan: 'full' }, ...of.client });
  const { client_id } = client;
  const grant = await must('POST', '/client-grants', { client_id, audience, scope: ['read', 'write'], ...of.grant });
  return {
    client,
    clientPath: `/clients/${client_id}`,
    apiPath: `/resource-servers/${String(id)}`,
    grantPath: `/client-grants/${String(grant.id)}`,
    audience,
  };
}

async function claimsOf({ client, audience }: World, headers: Record<string, string> = {}): Promise<Body> {
  const { client_id, client_secret } = client;
  const { status, body } = await requestToken(stack(), { client_id, client_secret, audience }, headers);
  assert.equal(status, 200, JSON.stringify(body));
  return decodeJwt(String(body.access_token));
}

/** Of the token's claims those that are in the namespace, by the rest of their names. */
const ours = (claims: Body): Body =>
  Object.fromEntries(
    Object.entries(claims).flatMap(([name, value]) => (name.startsWith(NS) ? [[name.slice(NS.length), value]] : [])),
  );
const named = (claims: Body): Body =>
  Object.fromEntries(Object.entries(claims).map(([name, value]) => [`${NS}${name}`, value]));

async function withHook<T>(script: string, hookmint: Body, seen: (id: string) => Promise<T>): Promise<T> {
  const hook = { name: 'over static claims', triggerId: 'credentials-exchange', script, enabled: true, hookmint };
  const { id } = await must('POST', '/hooks', hook);
  try {
    return await seen(String(id));
  } finally {
    await must('DELETE', `/hooks/${String(id)}`);
  }
}

it('what the grant says holds over what the client says, and that over the API', async () => {
  const of = await world({
    api: {
      claims: named({
        a: 'api',
        b: 'api',
        c: 'api',
        plan: '{{client.metadata.plan}}',
        none: '{{client.metadata.none}}',
      }),
    },
    client: { claims: named({ b: 'client', c: 'client' }) },
    grant: { claims: named({ c: ['grant', { deep: null }] }) },
  });
  const all = { a: 'api', b: 'client', c: ['grant', { deep: null }], plan: 'full' };
  assert.deepEqual(ours(await claimsOf(of)), all);

  for (const path of [of.apiPath, of.clientPath, of.grantPath]) {
    const shown = await must('GET', path);
    assert.equal(typeof shown.claims, 'object', path);
    // Tools send back all that they were shown.
    assert.deepEqual((await must('PATCH', path, { claims: shown.claims })).claims, shown.claims);
  }
  await must('PATCH', of.grantPath, { claims: named({ d: 1 }) });
  assert.deepEqual(
    ours(await claimsOf(of)),
    { ...all, c: 'client', d: 1 },
    'what is sent takes the place of all before',
  );
  await must('PATCH', of.clientPath, { name: 'Renamed' });
  await must('PATCH', of.clientPath, { claims: {} });
  assert.deepEqual(ours(await claimsOf(of)), { ...all, b: 'api', c: 'api', d: 1 });
  await must('PATCH', of.grantPath, { claims: null });
  await must('PATCH', of.clientPath, { client_metadata: { plan: 'free' } });
  assert.deepEqual(ours(await claimsOf(of)), { a: 'api', b: 'api', c: 'api', plan: 'free' });
  await must('PATCH', of.apiPath, { claims: null });
  assert.deepEqual(ours(await claimsOf(of)), {});
  for (const path of [of.apiPath, of.clientPath, of.grantPath])
    assert.equal('claims' in (await must('GET', path)), false);
});

it('they are of the clients and APIs that they are set for, and of no other', async () => {
  const [one, other] = [await world({ client: { claims: named({ mine: 1 }) } }), await world()];
  await grantClient(api, other.client.client_id, one.audience, ['read']);
  assert.deepEqual(ours(await claimsOf({ ...other, audience: one.audience })), {});
  await grantClient(api, one.client.client_id, other.audience, ['read']);
  assert.deepEqual(ours(await claimsOf({ ...one, audience: other.audience })), { mine: 1 });
});

it('a token without a hook that is enabled needs no executor', async () => {
  const of = await world({ client: { claims: named({ tier: 'gold' }) } });
  const executors = stack().pidsOf('hook-executor');
  assert(executors.length > 0);
  for (const pid of executors) process.kill(pid, 'SIGSTOP');
  try {
    assert.deepEqual(ours(await claimsOf(of)), { tier: 'gold' });
  } finally {
    for (const pid of executors) process.kill(pid, 'SIGCONT');
  }
});

describe('code that runs after them', () => {
  const CLAIMS = { claims: named({ kept: 1, changed: 1 }) };

  it('a hook sets them anew by their names, and keeps the others, whatever its result has', async () => {
    const of = await world({ client: CLAIMS });
    const result = async (text: string): Promise<Body> => {
      const script = `module.exports = (client, scope, audience, context, cb) => cb(null${text});`;
      return withHook(script, {}, () => claimsOf(of));
    };
    assert.deepEqual(ours(await result(`, { scope, '${NS}changed': 2, '${NS}more': 3 }`)), {
      kept: 1,
      changed: 2,
      more: 3,
    });
    assert.deepEqual(ours(await result(`, { '${NS}kept': null }`)), { kept: null, changed: 1 });
    const nothing = await result('');
    assert.deepEqual([ours(nothing), nothing.scope], [{ kept: 1, changed: 1 }, undefined]);
    const failing = "module.exports = () => { throw new Error('no'); };";
    const unmodified = await withHook(failing, { on_failure: 'issue_unmodified' }, () => claimsOf(of));
    assert.deepEqual(ours(unmodified), { kept: 1, changed: 1 });
  });

  it('an Action sees them as claims of the token, with those of the hook', async () => {
    const of = await world({ client: CLAIMS });
    const code = `exports.onExecuteCredentialsExchange = async (event, api) => {
      api.accessToken.setCustomClaim('${NS}seen', event.accessToken.customClaims);
      api.accessToken.setCustomClaim('${NS}changed', 3);
    };`;
    const supported_triggers = [{ id: 'credentials-exchange' }];
    const action = { name: 'Over static claims', supported_triggers, code, deploy: true };
    const { id } = await must('POST', '/actions/actions', action);
    const bindings = [{ ref: { type: 'action_id', value: id } }];
    await must('PATCH', '/actions/triggers/credentials-exchange/bindings', { bindings });
    try {
      assert.deepEqual(ours(await claimsOf(of)), { kept: 1, changed: 3, seen: named({ kept: 1, changed: 1 }) });
      const script = `module.exports = (client, scope, audience, context, cb) => cb(null, { scope, '${NS}changed': 2 });`;
      const both = await withHook(script, {}, () => claimsOf(of));
      assert.deepEqual(ours(both), { kept: 1, changed: 3, seen: named({ kept: 1, changed: 2 }) });
    } finally {
      await must('DELETE', `/actions/actions/${String(id)}?force=true`);
    }
  });

  it('a dry run tells the whole token: by an event, and by the log of a request with what is set now', async () => {
    const of = await world({ client: CLAIMS });
    const script = `module.exports = (client, scope, audience, context, cb) => cb(null, { scope, '${NS}changed': 2 });`;
    await withHook(script, {}, async (id) => {
      const agent = `static-claims/${String(process.pid)}`;
      await claimsOf(of, { 'user-agent': agent });
      const path = `/logs?q=${encodeURIComponent(`user_agent:"${agent}"`)}`;
      const logs = async () => (await must('GET', path)) as unknown as Body[];
      await until('its log', async () => (await logs()).length > 0);
      const [log] = await logs();
      const run = async (body: Body): Promise<unknown> =>
        ((await must('POST', `/hooks/${id}/dry-run`, body)).token as { claims: Body }).claims;
      assert.deepEqual(await run({ log_id: log?.log_id }), named({ kept: 1, changed: 2 }));
      const event = { custom_claims: named({ changed: 1, other: 1 }) };
      assert.deepEqual(await run({ event }), named({ changed: 2, other: 1 }));
      await must('PATCH', of.clientPath, { claims: named({ kept: 5 }) });
      assert.deepEqual(await run({ log_id: log?.log_id }), named({ kept: 5, changed: 2 }));
    });
  });
});

it('their names follow the policy of the tenant, when they are written and when a token is made', async () => {
  const of = await world();
  for (const path of [of.apiPath, of.clientPath, of.grantPath]) {
    const { status, body } = await api.call('PATCH', path, { claims: { ...named({ a: 1 }), tier: 'gold' } });
    assert.equal(status, 400, path);
    assert.match(String((body as Body).message), /must have an http\(s\) URL as its name.*on property claims\.tier\./);
  }
  await must('PATCH', '/tenants/settings', { custom_claims: 'relaxed' });
  try {
    await must('PATCH', of.clientPath, { claims: { ...named({ a: 1 }), tier: 'gold' } });
    assert.equal((await claimsOf(of)).tier, 'gold');
  } finally {
    await must('PATCH', '/tenants/settings', { custom_claims: 'namespaced' });
  }
  const agent = `static-claims-dropped/${String(process.pid)}`;
  const claims = await claimsOf(of, { 'user-agent': agent });
  assert.deepEqual([claims.tier, ours(claims)], [undefined, { a: 1 }]);
  const logs = async () =>
    (await must('GET', `/logs?q=${encodeURIComponent(`user_agent:"${agent}"`)}`)) as unknown as { details: Body }[];
  await until('its log', async () => (await logs()).length > 0);
  const [log] = await logs();
  assert.deepEqual(log?.details.dropped, [{ kind: 'claim', name: 'tier', reason: 'not_namespaced' }]);
  assert.deepEqual(log.details.custom_claims, [`${NS}a`], 'names, and no values');
  // What was there is sent back, and stays.
  const shown = await must('GET', of.clientPath);
  assert.equal((await must('PATCH', of.clientPath, { claims: shown.claims, name: 'Sent back' })).name, 'Sent back');
});

it('tokens of the Management API have none, and grants for it take none', async () => {
  const client = await makeClient(api, { claims: named({ a: 1 }) });
  const audience = `${stack().url}/api/v2/`;
  const grant = await grantClient(api, client.client_id, audience, ['read:clients']);
  assert.deepEqual(ours(await claimsOf({ client, audience } as World)), {});
  const { status, body } = await api.call('PATCH', `/client-grants/${String(grant.id)}`, { claims: named({ a: 1 }) });
  assert.equal(status, 400);
  assert.match(String((body as Body).message), /the Management API decides by scopes alone' on property claims\./);
});

it('who set them, and what they were, is in the log', async () => {
  const of = await world();
  await must('PATCH', of.clientPath, { claims: named({ tier: 'gold' }) });
  const path = `/logs?q=${encodeURIComponent(`type:sapi AND description:"Update a client"`)}`;
  const found = async () =>
    ((await must('GET', path)) as unknown as { details: { document_id?: string; before?: Body; after?: Body } }[]).find(
      ({ details }) => details.document_id === of.client.client_id && details.after?.claims !== undefined,
    );
  await until('its log', async () => (await found()) !== undefined);
  const log = await found();
  assert.deepEqual([log?.details.before?.claims, log?.details.after?.claims], [undefined, named({ tier: 'gold' })]);
});

it('claims and scopes of a token have one bound, whoever sets them', async () => {
  const half = 'x'.repeat(8_000);
  const of = await world({ client: { claims: named({ a: half }) }, grant: { claims: named({ b: half }) } });
  const script = (bytes: number) =>
    `module.exports = (c, s, a, x, cb) => cb(null, { '${NS}c': 'x'.repeat(${String(bytes)}) });`;
  assert.equal(Object.keys(ours(await withHook(script(80_000), {}, () => claimsOf(of)))).length, 3);
  const { client_id, client_secret } = of.client;
  const answer = await withHook(script(90_000), {}, () =>
    requestToken(stack(), { client_id, client_secret, audience: of.audience }),
  );
  assert.deepEqual(
    [answer.status, answer.body.error_description],
    [500, 'The custom claims and scopes of the token exceed 100 KB'],
  );
});
