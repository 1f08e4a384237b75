import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openManagement, type Management } from '../support/management.ts';
import { postJson } from '../support/post-token.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

let api: Management;
const stack = withStack({ hook: null }, async (started) => {
  api = await openManagement(started);
});

type Body = Record<string, unknown> & { message: string; errorCode: string };

async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Body }> {
  const answer = await api.call(method, path, body);
  return { status: answer.status, body: answer.body as Body };
}

async function made(path: string, body: unknown): Promise<Body> {
  const answer = await call('POST', path, body);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body;
}

const encoded = (identifier: string): string => `/resource-servers/${encodeURIComponent(identifier)}`;

describe('what refers to something that is deleted', () => {
  it('default_audience stays: the token endpoint names it, and the settings can be sent back as they are', async () => {
    await made('/resource-servers', { identifier: 'urn:default' });
    await call('PATCH', '/tenants/settings', { default_audience: 'urn:default' });
    await call('DELETE', encoded('urn:default'));
    const { status, body } = await postJson(stack(), { audience: undefined });
    assert.deepEqual(
      { status, body },
      { status: 403, body: { error: 'access_denied', error_description: 'Service not found: urn:default' } },
    );

    const same = await call('PATCH', '/tenants/settings', { default_audience: 'urn:default', friendly_name: 'Demo' });
    assert.equal(same.status, 200, same.body.message);
    assert.equal(same.body.friendly_name, 'Demo');
    const other = await call('PATCH', '/tenants/settings', { default_audience: 'urn:nothing' });
    assert.equal(other.status, 400);
    assert.match(other.body.message, /no API with the identifier urn:nothing' on property default_audience/);
    assert.equal((await call('PATCH', '/tenants/settings', { default_audience: null })).status, 200);
  });

  it('a scope that has gone from the API can be sent back with its grant, and not granted anew', async () => {
    await made('/resource-servers', { identifier: 'urn:scopes', scopes: [{ value: 'a' }, { value: 'b' }] });
    const grant = await made('/client-grants', {
      client_id: stack().clientId,
      audience: 'urn:scopes',
      scope: ['a', 'b'],
    });
    await call('PATCH', encoded('urn:scopes'), { scopes: [{ value: 'a' }] });
    const path = `/client-grants/${String(grant.id)}`;
    assert.equal((await call('PATCH', path, { scope: ['a', 'b'] })).status, 200);
    assert.equal((await call('PATCH', path, { scope: ['a'] })).status, 200);
    assert.match((await call('PATCH', path, { scope: ['a', 'b'] })).body.message, /has no scope b/);
  });

  it('no grant of an API or a client is left when the deletion breaks half-way and is asked for again', async () => {
    const client = await made('/clients', { name: 'half', client_id: 'half', app_type: 'non_interactive' });
    await made('/resource-servers', { identifier: 'urn:half' });
    await made('/client-grants', { client_id: 'half', audience: 'urn:half', scope: [] });
    await made('/client-grants', { client_id: 'half', audience: stack().audience, scope: ['read:data'] });

    await withoutRightToRemoveGrants(async () => {
      assert.equal((await call('DELETE', encoded('urn:half'))).status, 500);
      assert.equal((await call('DELETE', '/clients/half')).status, 500);
    });
    assert.equal((await call('DELETE', encoded('urn:half'))).status, 204);
    assert.equal((await call('GET', encoded('urn:half'))).status, 404);
    await made('/resource-servers', { identifier: 'urn:half' });
    const request = { client_id: 'half', client_secret: client.client_secret, audience: 'urn:half' };
    assert.equal((await postJson(stack(), request)).status, 403);

    assert.equal((await call('DELETE', '/clients/half')).status, 204);
    assert.deepEqual((await call('GET', '/client-grants?client_id=half')).body, []);
  });

  it('a client that is made again with the id of another does not bring back its tokens for this API', async () => {
    const name = { name: 'again', client_id: 'again', app_type: 'non_interactive' };
    const grant = { client_id: 'again', audience: `${stack().url}/api/v2/`, scope: ['read:clients'] };
    const open = async (): Promise<Management> => {
      const { client_secret } = await made('/clients', name);
      await made('/client-grants', grant);
      const credentials = { client_id: 'again', client_secret: String(client_secret) };
      // Until its tokens can be told from those of the client before.
      await until('the client gets a token', async () => {
        const { status } = await postJson(stack(), { ...credentials, audience: grant.audience });
        return status === 200;
      });
      return openManagement(stack(), credentials);
    };
    const first = await open();
    assert.equal((await first.call('GET', '/clients/again')).status, 200);
    // Beyond what clocks of services may differ by.
    await delay(6_500);
    await call('DELETE', '/clients/again');
    const second = await open();
    assert.equal((await first.call('GET', '/clients/again')).status, 401);
    assert.equal((await second.call('GET', '/clients/again')).status, 200);
    await call('PATCH', '/clients/again', { name: 'changed' });
    assert.equal((await first.call('GET', '/clients/again')).status, 401);
  });
});

describe('what is refused names the member and the way out', () => {
  const cases: [what: string, method: string, path: string, body: unknown, message: RegExp][] = [
    ['no body', 'POST', '/clients', undefined, /'a body is required, with Content-Type: application\/json'/],
    [
      'a scope with a space',
      'POST',
      '/resource-servers',
      { identifier: 'urn:space', scopes: [{ value: 'read admin' }] },
      /must be ASCII without spaces.* on property scopes\.0\.value/,
    ],
    [
      'a scope twice',
      'POST',
      '/resource-servers',
      { identifier: 'urn:twice', scopes: [{ value: 'a' }, { value: 'a' }] },
      /names a scope twice' on property scopes/,
    ],
    [
      'a name that is too long',
      'POST',
      '/clients',
      { name: 'x', client_metadata: { ['k'.repeat(300)]: 'v' } },
      /invalid name of a member: .*<=255 characters' on property client_metadata\.k{100}\./,
    ],
    ['a day that is none', 'GET', '/logs?q=date:2026-02-31', undefined, /2026-02-31 is not a date/],
  ];
  for (const [what, method, path, body, message] of cases) {
    it(what, async () => {
      const answer = await call(method, path, body);
      assert.equal(answer.status, 400);
      assert.match(answer.body.message, message);
    });
  }
});

/** While it runs, mongod refuses management what it is asked in the middle of a deletion. */
async function withoutRightToRemoveGrants(run: () => Promise<void>): Promise<void> {
  const db = await stack().db();
  // The other is that of all tenants' databases.
  const roles = [
    { of: db, role: 'management' },
    { of: db.client.db('admin'), role: `${db.databaseName}_management` },
  ];
  const before = await Promise.all(
    roles.map(async ({ of, role }) => {
      const { roles: found } = await of.command({ rolesInfo: role, showPrivileges: true });
      const [{ privileges }] = found as [{ privileges: { resource: { collection: string }; actions: string[] }[] }];
      return { of, role, privileges };
    }),
  );
  for (const { of, role, privileges } of before) {
    const fewer = privileges.map(({ resource, actions }) => ({
      resource,
      actions: resource.collection === 'client_grants' ? actions.filter((action) => action !== 'remove') : actions,
    }));
    await of.command({ updateRole: role, privileges: fewer });
  }
  try {
    await run();
  } finally {
    for (const { of, role, privileges } of before) await of.command({ updateRole: role, privileges });
  }
}
