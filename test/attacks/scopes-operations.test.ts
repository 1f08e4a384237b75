import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { ROUTES } from '../../services/management/routes.ts';
import {
  grantClient,
  makeClient,
  openPatiently,
  openWithScopes,
  type Body,
} from '../e2e/management-clients-fixtures.ts';
import type { Management } from '../support/management.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';
import { attackClass } from './attack-class.ts';
import { callAs, openAs, HOOK_SCRIPT, makeHook, signerOf } from './management-fixtures.ts';

// What a client with some scopes gets out of each operation: SECURITY.md says it, and scopes-table.ts holds both together.

let api: Management;
const stack = withStack({ own: true, hook: null }, async (started) => {
  api = await openPatiently(started);
});

const withScopes = (...scopes: string[]) => openWithScopes(api, stack(), ...scopes);
const audience = (): string => `${stack().url}/api/v2/`;
const errorOf = (answer: { status: number; body: unknown }) => [answer.status, (answer.body as Body).errorCode];
const LACKING = [403, 'insufficient_scope'];

const alone = attackClass('each scope alone');
const CALLERS = 8;

const PARAMETERS: Readonly<Record<string, string>> = { triggerId: 'credentials-exchange' };
const scopes = [...new Set(ROUTES.flatMap((route) => route.scopes))].sort();
for (const scope of scopes) {
  alone(`${scope} opens the operations that name it, and no other`, async () => {
    const { sign } = await signerOf(stack());
    const sub = `${stack().managementClientId}@clients`;
    const now = Math.floor(Date.now() / 1000);
    const token = await sign({ iss: `${stack().url}/`, aud: audience(), sub, iat: now, exp: now + 120, scope });
    const waiting = [...ROUTES];
    const callEach = async (): Promise<void> => {
      for (let route = waiting.pop(); route !== undefined; route = waiting.pop()) {
        const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => PARAMETERS[name] ?? 'x');
        const body = route.method === 'get' ? undefined : '[]';
        const call = [route.method.toUpperCase(), path] as [string, string];
        const answer = await (route.isStream === true ? openAs : callAs)(stack(), token, call, body);
        const opens = route.scopes.includes(scope) && (route.everyScope !== true || route.scopes.length === 1);
        assert.equal(answer.status === 403, !opens, `${route.operationId}: ${JSON.stringify(answer.body)}`);
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, callEach));
  });
}

const hooks = attackClass('hooks by scopes');

hooks('create:hooks neither enables a hook, nor runs its code, nor takes the place of the one in force', async () => {
  const inForce = await makeHook(api, 'in-force');
  assert.equal((await api.call('PATCH', `/hooks/${inForce.id}`, { enabled: true })).status, 200);
  const author = await withScopes('create:hooks');
  const hook = { name: 'mine', script: HOOK_SCRIPT, triggerId: 'credentials-exchange' };
  for (const enabled of [true, 'true'])
    assert.deepEqual(errorOf(await author.call('POST', '/hooks', { ...hook, enabled })), LACKING);
  const checks = [{ name: 'runs it', expect: {} }];
  assert.deepEqual(errorOf(await author.call('POST', '/hooks', { ...hook, hookmint: { checks } })), LACKING);
  const made = await author.call('POST', '/hooks', { ...hook, enabled: false, hookmint: { secrets: { own: 's' } } });
  assert.deepEqual([made.status, (made.body as Body).enabled], [201, false]);
  const now = (await api.call('GET', '/hooks?enabled=true')).body as Body[];
  assert.deepEqual(
    now.map(({ id }) => id),
    [inForce.id],
  );
});

hooks("create:hooks adds no secret to another's hook", async () => {
  const { id } = await makeHook(api, 'theirs');
  const author = await withScopes('create:hooks');
  assert.deepEqual(errorOf(await author.call('POST', `/hooks/${id}/secrets`, { url: 'https://x.example' })), LACKING);
  assert.deepEqual((await api.call('GET', `/hooks/${id}/secrets`)).body, {});
});

hooks("create:actions neither deploys, rolls back nor tries another's Action", async () => {
  const code = 'exports.onExecuteCredentialsExchange = async () => {};';
  const supported_triggers = [{ id: 'credentials-exchange' }];
  const made = await api.call('POST', '/actions/actions', { name: 'a', code, supported_triggers, deploy: true });
  const { id } = made.body as { id: string };
  const { versions } = (await api.call('GET', `/actions/actions/${id}/versions`)).body as { versions: [Body] };
  const author = await withScopes('create:actions');
  for (const path of ['deploy', `versions/${String(versions[0].id)}/deploy`, 'test'])
    assert.deepEqual(errorOf(await author.call('POST', `/actions/actions/${id}/${path}`, {})), LACKING, path);
});

hooks('a dry run shows a request of the log to those only who may read the log', async () => {
  await requestToken(stack(), {}, { 'user-agent': 'seen-by-log' });
  const { id, revision } = await makeHook(api, 'curious');
  const body = { log_id: '0'.repeat(26) };
  const path = `/hooks/${id}/revisions/${revision}/dry-run`;
  assert.deepEqual(errorOf(await (await withScopes('update:hooks')).call('POST', path, body)), LACKING);
  const reader = await withScopes('update:hooks', 'read:logs');
  assert.deepEqual(errorOf(await reader.call('POST', path, body)), [404, 'inexistent_log']);
});

const clients = attackClass('clients by scopes');
const QUOTA = { client_credentials: { enforce: true, per_hour: 1 } };

clients('update:clients decides neither whether a client needs a secret nor how many tokens it gets', async () => {
  const other = await makeClient(api, { token_quota: QUOTA });
  const changer = await withScopes('update:clients', 'create:clients');
  const patch = (body: Body) => changer.call('PATCH', `/clients/${other.client_id}`, body);
  for (const body of [
    { token_endpoint_auth_method: 'none' },
    { token_quota: null },
    { token_quota: { client_credentials: { enforce: false, per_hour: 1 } } },
    { token_quota: { client_credentials: { per_day: 1 } } },
  ])
    assert.deepEqual(errorOf(await patch(body)), LACKING, JSON.stringify(body));
  assert.deepEqual(errorOf(await changer.call('POST', '/clients', { name: 'x', token_quota: QUOTA })), LACKING);
  // Tools send back all that they were shown.
  const same = { name: 'Renamed', token_quota: QUOTA, token_endpoint_auth_method: 'client_secret_basic' };
  assert.equal((await patch(same)).status, 200);
  const quotas = await withScopes('update:clients', 'update:tenant_settings');
  assert.equal((await quotas.call('PATCH', `/clients/${other.client_id}`, { token_quota: null })).status, 200);
});

clients('none is made one that needs a secret by update:clients, and the other way round', async () => {
  const open = await makeClient(api, { app_type: 'spa' });
  const body = { token_endpoint_auth_method: 'client_secret_post' };
  const changer = await withScopes('update:clients');
  assert.deepEqual(errorOf(await changer.call('PATCH', `/clients/${open.client_id}`, body)), LACKING);
  const keys = await withScopes('update:clients', 'update:client_keys');
  assert.equal((await keys.call('PATCH', `/clients/${open.client_id}`, body)).status, 200);
});

const granted = attackClass('a token and the grant of this moment');

granted('a token has no scope that the grant has no more, none that it did not have, and all again', async () => {
  const client = await makeClient(api);
  const grant = await grantClient(api, client.client_id, audience(), ['read:clients', 'read:logs']);
  const held = await openPatiently(stack(), client);
  const statuses = async () =>
    Promise.all(['/clients', '/logs', '/hooks'].map(async (path) => (await held.call('GET', path)).status));
  const regrant = async (body: Body) =>
    assert.equal((await api.call('PATCH', `/client-grants/${String(grant.id)}`, body)).status, 200);
  assert.deepEqual(await statuses(), [200, 200, 403]);
  await regrant({ scope: ['read:logs', 'read:hooks'] });
  assert.deepEqual(await statuses(), [403, 200, 403]);
  await regrant({ allow_all_scopes: true });
  assert.deepEqual(await statuses(), [200, 200, 403]);
  await regrant({ scope: [] });
  assert.deepEqual(await statuses(), [403, 403, 403]);
  assert.equal((await api.call('DELETE', `/client-grants/${String(grant.id)}`)).status, 204);
  assert.deepEqual(await statuses(), [403, 403, 403]);
});

const together = attackClass('scopes that give everything, as SECURITY.md says');

/** Whether a client may read hooks, which nobody granted it here. */
const readsHooks = async (client: { client_id: string; client_secret: string }) =>
  (await (await openPatiently(stack(), client)).call('GET', '/hooks')).status === 200;

together('update:client_grants: its own grant', async () => {
  const client = await makeClient(api);
  const grant = await grantClient(api, client.client_id, audience(), ['update:client_grants']);
  const held = await openPatiently(stack(), client);
  const body = { allow_all_scopes: true };
  assert.equal((await held.call('PATCH', `/client-grants/${String(grant.id)}`, body)).status, 200);
  assert.ok(await readsHooks(client));
});

together('create:client_grants: a grant for any client whose secret is known', async () => {
  const maker = await withScopes('create:client_grants');
  const known = await makeClient(api);
  const body = { client_id: known.client_id, audience: audience(), scope: ['read:hooks'] };
  assert.equal((await maker.call('POST', '/client-grants', body)).status, 201);
  assert.ok(await readsHooks(known));
});

together('update:client_keys: the secret of another', async () => {
  const other = await makeClient(api);
  await grantClient(api, other.client_id, audience(), ['read:hooks']);
  const thief = await withScopes('update:client_keys');
  const rotated = await thief.call('POST', `/clients/${other.client_id}/rotate-secret`);
  assert.equal(rotated.status, 200);
  assert.ok(await readsHooks(rotated.body as { client_id: string; client_secret: string }));
});

together('keys of its own for another need all of three scopes', async () => {
  const other = await makeClient(api);
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  const needed = ['update:clients', 'create:client_credentials', 'update:client_credentials'];
  const attempt = async (thief: Management): Promise<number> => {
    const path = `/clients/${other.client_id}`;
    const made = await thief.call('POST', `${path}/credentials`, { credential_type: 'public_key', pem });
    if (made.status !== 201) return made.status;
    const credentials = [{ id: (made.body as Body).id }];
    const body = { client_authentication_methods: { private_key_jwt: { credentials } } };
    const { status } = await thief.call('PATCH', path, body);
    await api.call('DELETE', `${path}/credentials/${String((made.body as Body).id)}`);
    return status;
  };
  for (const missing of needed)
    assert.equal(await attempt(await withScopes(...needed.filter((scope) => scope !== missing))), 403, missing);
  assert.equal(await attempt(await withScopes(...needed)), 200);
});

together('a place of its own for the keys of another needs the same three', async () => {
  const other = await makeClient(api);
  const needed = ['update:clients', 'create:client_credentials', 'update:client_credentials'];
  const attempt = async (thief: Management): Promise<number> => {
    const body = { jwks_uri: 'https://thief.example.com/keys' };
    return (await thief.call('PATCH', `/clients/${other.client_id}`, body)).status;
  };
  for (const missing of needed)
    assert.equal(await attempt(await withScopes(...needed.filter((scope) => scope !== missing))), 403, missing);
  assert.equal(await attempt(await withScopes(...needed)), 200);
  // Nor does it name a platform's tokens in the place of another's secret.
  const federated_jwt = { credentials: [{ issuer: 'https://thief.example.com', subject: 'thief' }] };
  const body = { client_authentication_methods: { federated_jwt } };
  for (const missing of needed) {
    const thief = await withScopes(...needed.filter((scope) => scope !== missing));
    assert.equal((await thief.call('PATCH', `/clients/${other.client_id}`, body)).status, 403, missing);
  }
  const maker = await withScopes('create:clients');
  const { status } = await maker.call('POST', '/clients', { name: 'x', jwks_uri: 'https://thief.example.com/keys' });
  assert.equal(status, 403);
});
