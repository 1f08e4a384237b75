import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeJwt, exportPKCS8, exportSPKI, generateKeyPair } from 'jose';
import { runWithSdk } from '../support/run-with-sdk.ts';
import { DEFAULT_MANAGEMENT_LIMIT } from '../support/stack.ts';
import { withStack } from '../support/with-stack.ts';

const stack = withStack({ args: ['--tls'], hook: null, env: DEFAULT_MANAGEMENT_LIMIT });

// What runs below in `runWithSdk` sees its arguments and nothing of this file.

describe("Auth0's SDK 7.1.0, given only domain, client and the certificate", () => {
  it('manages hooks and their secrets', async () => {
    const seen = await runWithSdk(stack(), 'auth0-v7', async ({ ManagementClient }, settings) => {
      const { hooks } = new ManagementClient(settings);
      const script = 'module.exports = function (client, scope, audience, context, cb) { cb(null, {}); };';
      const made = await hooks.create({ name: 'sdk-hook', script, triggerId: 'credentials-exchange' });
      const id = made.id ?? '';
      const got = await hooks.get(id);
      const updated = await hooks.update(id, { script: `${script}\n`, enabled: true });
      await hooks.secrets.create(id, { A: 'a-value', B: 'b-value' });
      await hooks.secrets.update(id, { A: 'a-new-value' });
      const secrets = await hooks.secrets.get(id);
      await hooks.secrets.delete(id, ['B']);
      const left = await hooks.secrets.get(id);
      const enabled = (await hooks.list({ enabled: true })).data;
      await hooks.delete(id);
      const after = (await hooks.list({ triggerId: 'credentials-exchange' })).data.map(({ name }) => name);
      return { made, got, updated, secrets, left, enabled, after };
    });
    const script = 'module.exports = function (client, scope, audience, context, cb) { cb(null, {}); };';
    const { id } = seen.made;
    const hook = { id, name: 'sdk-hook', script, triggerId: 'credentials-exchange', dependencies: {}, enabled: false };
    assert.deepEqual(seen.made, hook);
    assert.deepEqual(seen.got, hook);
    assert.deepEqual(seen.updated, { ...hook, script: `${script}\n`, enabled: true });
    assert.deepEqual(seen.secrets, { A: '_VALUE_NOT_SHOWN_', B: '_VALUE_NOT_SHOWN_' });
    assert.deepEqual(seen.left, { A: '_VALUE_NOT_SHOWN_' });
    assert.deepEqual(seen.enabled, [seen.updated]);
    assert(!seen.after.includes('sdk-hook'));
  });

  it('manages clients and their credentials', async () => {
    const { publicKey } = await generateKeyPair('RS256');
    const input = { pem: await exportSPKI(publicKey) };
    const seen = await runWithSdk(
      stack(),
      'auth0-v7',
      async ({ ManagementClient }, settings, { pem }) => {
        const { clients } = new ManagementClient(settings);
        const made = await clients.create({ name: 'v7 client', app_type: 'non_interactive' });
        const id = made.client_id ?? '';
        const updated = await clients.update(id, { client_metadata: { plan: 'full' } });
        const got = await clients.get(id, { fields: 'name,client_metadata', include_fields: true });
        const rotated = await clients.rotateSecret(id);
        const credential = await clients.credentials.create(id, { credential_type: 'public_key', name: 'key', pem });
        const credentialId = credential.id ?? '';
        const expiring = await clients.credentials.update(id, credentialId, { expires_at: '2040-01-01T00:00:00.000Z' });
        const listed = (await clients.credentials.list(id)).map((one) => one.id);
        const one = await clients.credentials.get(id, credentialId);
        await clients.credentials.delete(id, credentialId);
        const credentials = await clients.credentials.list(id);
        const listedClients = (await clients.list({ is_global: false })).data.map((client) => client.client_id);
        await clients.delete(id);
        const after = (await clients.list()).data.map((client) => client.client_id);
        return { made, updated, got, rotated, credential, expiring, listed, one, credentials, listedClients, after };
      },
      { input },
    );
    assert.match(seen.made.client_id ?? '', /^[a-zA-Z0-9]{32}$/);
    assert.equal(seen.made.client_secret?.length, 64);
    assert.deepEqual(seen.got, { name: 'v7 client', client_metadata: { plan: 'full' } });
    assert.equal(seen.updated.client_secret, undefined);
    assert.equal(seen.rotated.client_secret?.length, 64);
    assert.notEqual(seen.rotated.client_secret, seen.made.client_secret);
    assert.equal(String(seen.expiring.expires_at), '2040-01-01T00:00:00.000Z');
    assert.deepEqual([seen.listed, seen.one.id], [[seen.credential.id], seen.credential.id]);
    assert.deepEqual(seen.credentials, []);
    assert(seen.listedClients.includes(seen.made.client_id));
    assert(!seen.after.includes(seen.made.client_id));
  });

  it('manages APIs and client grants', async () => {
    const seen = await runWithSdk(stack(), 'auth0-v7', async ({ ManagementClient }, settings) => {
      const { clients, clientGrants, resourceServers } = new ManagementClient(settings);
      const audience = 'https://v7.example.com/';
      const scopes = [{ value: 'read', description: 'Read' }, { value: 'write' }];
      const api = await resourceServers.create({ identifier: audience, name: 'v7', scopes });
      const updated = await resourceServers.update(api.id ?? '', { token_lifetime: 600 });
      const byIdentifier = await resourceServers.get(audience);
      const filtered = (await resourceServers.list({ identifiers: [audience] })).data;
      const client_id = (await clients.create({ name: 'v7 grants', app_type: 'non_interactive' })).client_id ?? '';
      const grant = await clientGrants.create({ client_id, audience, scope: ['read'] });
      const id = grant.id ?? '';
      const widened = await clientGrants.update(id, { scope: ['read', 'write'] });
      const got = await clientGrants.get(id);
      const ofClient = (await clientGrants.list({ client_id })).data;
      const ofAudience = (await clientGrants.list({ audience, subject_type: 'client' })).data;
      await clientGrants.delete(id);
      const grants = (await clientGrants.list({ client_id })).data;
      await resourceServers.delete(api.id ?? '');
      const apis = (await resourceServers.list()).data.map(({ identifier }) => identifier);
      return { api, updated, byIdentifier, filtered, grant, widened, got, ofClient, ofAudience, grants, apis };
    });
    assert.deepEqual([seen.api.token_lifetime, seen.updated.token_lifetime], [86_400, 600]);
    assert.deepEqual(seen.byIdentifier, seen.updated);
    assert.deepEqual(seen.filtered, [seen.updated]);
    assert.deepEqual(seen.grant.scope, ['read']);
    assert.deepEqual(seen.widened, { ...seen.grant, scope: ['read', 'write'] });
    assert.deepEqual(seen.got, seen.widened);
    assert.deepEqual(seen.ofClient, [seen.widened]);
    assert.deepEqual(seen.ofAudience, [seen.widened]);
    assert.deepEqual(seen.grants, []);
    assert(!seen.apis.includes('https://v7.example.com/'));
  });

  it('walks through pages, by number and by checkpoint', async () => {
    const seen = await runWithSdk(stack(), 'auth0-v7', async ({ ManagementClient }, settings) => {
      const { clients, clientGrants, hooks, resourceServers } = new ManagementClient(settings);
      const client_id = (await clients.create({ name: 'v7 pages', app_type: 'non_interactive' })).client_id ?? '';
      const made: string[] = [];
      for (let number = 0; number < 3; number++) {
        const identifier = `https://v7-page-${String(number)}.example.com/`;
        await resourceServers.create({ identifier, name: identifier, scopes: [{ value: 'read' }] });
        made.push((await clientGrants.create({ client_id, audience: identifier, scope: ['read'] })).id ?? '');
        const script = 'module.exports = (client, scope, audience, context, cb) => cb();';
        await hooks.create({ name: `sdk-page-${'abc'[number] ?? ''}`, script, triggerId: 'credentials-exchange' });
      }
      const all = async <Item>(pages: AsyncIterable<Item>) => {
        const items: Item[] = [];
        for await (const item of pages) items.push(item);
        return items;
      };
      const grants = (await all(await clientGrants.list({ client_id, take: 2 }))).map(({ id }) => id);
      const grantsPage = await clientGrants.list({ client_id, take: 2 });
      const first = { items: grantsPage.data.length, hasNext: grantsPage.hasNextPage() };
      await grantsPage.getNextPage();
      const second = { items: grantsPage.data.length, hasNext: grantsPage.hasNextPage() };
      const apis = (await all(await resourceServers.list({ per_page: 2 }))).map(({ identifier }) => identifier ?? '');
      const names = (await all(await hooks.list({ per_page: 1 }))).map(({ name }) => name ?? '');
      const ids = (await all(await clients.list({ per_page: 1 }))).map((client) => client.client_id);
      return { made, grants, first, second, apis, names, ids, client_id };
    });
    assert.deepEqual([...seen.grants].sort(), [...seen.made].sort());
    assert.deepEqual(
      [seen.first, seen.second],
      [
        { items: 2, hasNext: true },
        { items: 1, hasNext: false },
      ],
    );
    const numbered = (values: string[]) => values.filter((value) => value.includes('v7-page-')).sort();
    assert.deepEqual(
      numbered(seen.apis),
      ['0', '1', '2'].map((number) => `https://v7-page-${number}.example.com/`),
    );
    assert.deepEqual(
      seen.names.filter((name) => name.startsWith('sdk-page-')),
      ['sdk-page-a', 'sdk-page-b', 'sdk-page-c'],
    );
    assert.equal(new Set(seen.ids).size, seen.ids.length);
    assert(seen.ids.includes(seen.client_id));
  });

  it('reads, rotates and revokes signing keys', async () => {
    const seen = await runWithSdk(stack(), 'auth0-v7', async ({ ManagementClient }, settings) => {
      const { signing } = new ManagementClient(settings).keys;
      const before = await signing.list();
      const current = before.find((key) => key.current === true)?.kid ?? '';
      const next = before.filter((key) => key.next === true).map(({ kid }) => kid);
      const got = await signing.get(current);
      const rotated = await signing.rotate();
      const now = await signing.get(rotated.kid);
      const revoked = await signing.revoke(current);
      // The token of `signing` was signed with the key that is revoked now.
      const after = await new ManagementClient(settings).keys.signing.get(current);
      return { current, next, got, rotated, now, revoked, after };
    });
    assert.equal(seen.got.kid, seen.current);
    assert.match(seen.got.cert, /^-----BEGIN CERTIFICATE-----/);
    assert(seen.next.includes(seen.rotated.kid));
    assert.equal(seen.now.current, true);
    assert.equal(seen.revoked.kid, seen.current);
    assert.equal(seen.after.revoked, true);
  });

  it('reads and changes the settings of the tenant', async () => {
    const seen = await runWithSdk(stack(), 'auth0-v7', async ({ ManagementClient }, settings) => {
      const { tenants } = new ManagementClient(settings);
      const updated = await tenants.settings.update({ friendly_name: 'Acme', flags: { enable_sso: true } });
      const got = await tenants.settings.get({ fields: 'friendly_name,flags', include_fields: true });
      return { updated, got };
    });
    assert.equal(seen.updated.friendly_name, 'Acme');
    assert.deepEqual(seen.got, { friendly_name: 'Acme', flags: { enable_sso: true } });
  });

  it('gets a token by its own calls for a client, an API and a hook that it made, and finds the token in the logs', async () => {
    const seen = await runWithSdk(stack(), 'auth0-v7', async ({ ManagementClient, TokenProvider }, settings) => {
      const { AuthenticationClient } = await import('auth0-v7/legacy');
      const { clients, clientGrants, hooks, logs, resourceServers } = new ManagementClient(settings);
      const { domain } = settings;
      const audience = 'https://v7-token.example.com/';
      await resourceServers.create({ identifier: audience, name: 'v7 token', scopes: [{ value: 'read' }] });
      const client = await clients.create({
        name: 'v7 m2m',
        app_type: 'non_interactive',
        client_metadata: { plan: 'full' },
      });
      const { client_id: clientId = '', client_secret: clientSecret = '' } = client;
      await clientGrants.create({ client_id: clientId, audience, scope: ['read'] });
      const script = `module.exports = function (client, scope, audience, context, cb) {
        cb(null, { scope: scope, 'https://acme.example.com/plan': client.metadata.plan + context.webtask.secrets.MARK });
      };`;
      const id = (await hooks.create({ name: 'sdk-token', script, triggerId: 'credentials-exchange' })).id ?? '';
      await hooks.secrets.create(id, { MARK: '!' });
      await hooks.update(id, { enabled: true });
      const authentication = new AuthenticationClient({ domain, clientId, clientSecret });
      const token = (await authentication.oauth.clientCredentialsGrant({ audience })).data.access_token;
      const provided = await new TokenProvider({ domain, clientId, clientSecret, audience }).getAccessToken();
      const search = { search: `type:seccft AND client_id:${clientId}`, sort: 'date:-1', per_page: 5 };
      let found = (await logs.list(search)).data;
      for (let tries = 0; found.length < 2 && tries < 300; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        found = (await logs.list(search)).data;
      }
      const one = await logs.get(found[0]?.log_id ?? '');
      const walked: (string | undefined)[] = [];
      for await (const log of await logs.list({ ...search, per_page: 1 })) walked.push(log.log_id);
      return { clientId, token, provided, one, found: found.map(({ log_id }) => log_id), walked };
    });
    for (const token of [seen.token, seen.provided]) {
      const claims = decodeJwt(token);
      assert.equal(claims['https://acme.example.com/plan'], 'full!');
      assert.equal(claims.sub, `${seen.clientId}@clients`);
    }
    assert.deepEqual([seen.one.type, seen.one.client_id], ['seccft', seen.clientId]);
    assert.equal(seen.found.length, 2);
    assert.deepEqual(seen.walked, seen.found);
  });

  it('calls the Management API as a client that signs assertions', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const input = { pem: await exportSPKI(publicKey), key: await exportPKCS8(privateKey) };
    const seen = await runWithSdk(
      stack(),
      'auth0-v7',
      async ({ ManagementClient }, settings, { pem, key: clientAssertionSigningKey }) => {
        const { AuthenticationClient } = await import('auth0-v7/legacy');
        const { clients, clientGrants } = new ManagementClient(settings);
        const { domain } = settings;
        const audience = `https://${domain}/api/v2/`;
        const clientId = (await clients.create({ name: 'v7 signs', app_type: 'non_interactive' })).client_id ?? '';
        await clientGrants.create({ client_id: clientId, audience, scope: ['read:hooks'] });
        const credential = { credential_type: 'public_key', name: 'key', pem } as const;
        const id = (await clients.credentials.create(clientId, credential)).id ?? '';
        const updated = await clients.update(clientId, {
          client_authentication_methods: { private_key_jwt: { credentials: [{ id }] } },
        });
        const signing = { domain, clientId, clientAssertionSigningKey };
        const token = (await new AuthenticationClient(signing).oauth.clientCredentialsGrant({ audience })).data;
        const hooks = (await new ManagementClient(signing).hooks.list()).data;
        return { clientId, method: updated.token_endpoint_auth_method, token, hooks: Array.isArray(hooks) };
      },
      { input },
    );
    assert.equal(seen.method, null);
    assert.equal(decodeJwt(seen.token.access_token).sub, `${seen.clientId}@clients`);
    assert.equal(seen.hooks, true);
  });

  it('meets errors as its own classes', async () => {
    const seen = await runWithSdk(stack(), 'auth0-v7', async ({ Management, ManagementClient }, settings) => {
      const { hooks, resourceServers, users } = new ManagementClient(settings);
      const told = (call: PromiseLike<unknown>, kind: new (...args: never[]) => Error) =>
        call.then(
          () => 'no error',
          (error: unknown) => {
            const { statusCode, body } = error as { statusCode: number; body: Record<string, unknown> };
            return [error instanceof kind, statusCode, body.errorCode, body.message];
          },
        );
      const strange = new ManagementClient({ domain: settings.domain, token: 'x' });
      return {
        missing: await told(hooks.get('01M87KBRMKE2XJ5KSZVY82ZBZA'), Management.NotFoundError),
        invalid: await told(
          hooks.create({ name: '-', script: 'x', triggerId: 'credentials-exchange' }),
          Management.BadRequestError,
        ),
        taken: await told(
          resourceServers.create({ identifier: `https://${settings.domain}/api/v2/` }),
          Management.ConflictError,
        ),
        absent: await told(users.list(), Management.ForbiddenError),
        token: await told(strange.hooks.list(), Management.UnauthorizedError),
      };
    });
    assert.deepEqual(seen.missing, [true, 404, 'inexistent_hook', 'The hook does not exist']);
    assert.deepEqual(seen.invalid.slice(0, 3), [true, 400, 'invalid_body']);
    assert.match(String(seen.invalid[3]), /on property name/);
    assert.deepEqual(seen.taken.slice(0, 3), [true, 409, 'resource_server_conflict']);
    assert.deepEqual(seen.absent.slice(0, 3), [true, 403, 'insufficient_scope']);
    assert.deepEqual(seen.token, [true, 401, 'invalid_token', 'Invalid token']);
  });
});
