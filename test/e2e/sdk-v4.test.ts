import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeJwt, exportPKCS8, exportSPKI, generateKeyPair } from 'jose';
import { runWithSdk } from '../support/run-with-sdk.ts';
import { DEFAULT_MANAGEMENT_LIMIT } from '../support/stack.ts';
import { withStack } from '../support/with-stack.ts';

const stack = withStack({ args: ['--tls'], hook: null, env: DEFAULT_MANAGEMENT_LIMIT });

// What runs below in `runWithSdk` sees its arguments and nothing of this file.

describe("Auth0's SDK 4.37.1, given only domain, client and the certificate", () => {
  it('manages hooks and their secrets', async () => {
    const seen = await runWithSdk(stack(), 'auth0-v4', async ({ ManagementClient }, settings) => {
      const { hooks } = new ManagementClient(settings);
      const script = 'module.exports = function (client, scope, audience, context, cb) { cb(null, {}); };';
      const made = await hooks.create({ name: 'sdk-hook', script, triggerId: 'credentials-exchange' });
      const { id } = made.data;
      const got = await hooks.get({ id });
      const updated = await hooks.update({ id }, { script: `${script}\n`, enabled: true });
      const added = await hooks.addSecrets({ id }, { A: 'a-value', B: 'b-value' });
      const changed = await hooks.updateSecrets({ id }, { A: 'a-new-value' });
      const secrets = (await hooks.getSecrets({ id })).data;
      await hooks.deleteSecrets({ id }, ['B']);
      const left = (await hooks.getSecrets({ id })).data;
      const all = (await hooks.getAll()).data.map(({ name }) => name);
      const page = (await hooks.getAll({ include_totals: true, per_page: 1, page: 0, enabled: true })).data;
      await hooks.delete({ id });
      const after = (await hooks.getAll({ triggerId: 'credentials-exchange' })).data.map(({ name }) => name);
      return {
        made: [made.status, made.data],
        got: got.data,
        updated: [updated.status, updated.data],
        written: [added.status, changed.status],
        secrets,
        left,
        all,
        page,
        after,
      };
    });
    const { id } = seen.got;
    const script = 'module.exports = function (client, scope, audience, context, cb) { cb(null, {}); };';
    const hook = { id, name: 'sdk-hook', script, triggerId: 'credentials-exchange', dependencies: {}, enabled: false };
    assert.deepEqual(seen.made, [201, hook]);
    assert.deepEqual(seen.got, hook);
    const enabled = { ...hook, script: `${script}\n`, enabled: true };
    assert.deepEqual(seen.updated, [200, enabled]);
    assert.deepEqual(seen.written, [201, 201]);
    assert.deepEqual(seen.secrets, { A: '_VALUE_NOT_SHOWN_', B: '_VALUE_NOT_SHOWN_' });
    assert.deepEqual(seen.left, { A: '_VALUE_NOT_SHOWN_' });
    assert(seen.all.includes('sdk-hook'));
    assert.deepEqual(seen.page, { start: 0, limit: 1, total: 1, hooks: [enabled] });
    assert(!seen.after.includes('sdk-hook'));
  });

  it('manages clients and their credentials', async () => {
    const { publicKey } = await generateKeyPair('RS256');
    const input = { pem: await exportSPKI(publicKey) };
    const seen = await runWithSdk(
      stack(),
      'auth0-v4',
      async ({ ManagementClient }, settings, { pem }) => {
        const { clients } = new ManagementClient(settings);
        const made = (await clients.create({ name: 'v4 client', app_type: 'non_interactive' })).data;
        const { client_id } = made;
        const updated = (await clients.update({ client_id }, { client_metadata: { plan: 'full' } })).data;
        const got = (await clients.get({ client_id, fields: 'name,client_metadata', include_fields: true })).data;
        const rotated = (await clients.rotateClientSecret({ client_id })).data;
        const credential = (
          await clients.createCredential({ client_id }, { credential_type: 'public_key', name: 'key', pem })
        ).data;
        const credential_id = credential.id;
        const expires_at = '2040-01-01T00:00:00.000Z';
        const expiring = (await clients.updateCredential({ client_id, credential_id }, { expires_at })).data;
        const listed = (await clients.getCredentials({ client_id })).data.map(({ id }) => id);
        const one = (await clients.getCredential({ client_id, credential_id })).data;
        await clients.deleteCredential({ client_id, credential_id });
        const credentials = (await clients.getCredentials({ client_id })).data;
        const page = (await clients.getAll({ include_totals: true, is_global: false, per_page: 50 })).data;
        await clients.delete({ client_id });
        const after = (await clients.getAll()).data.map((client) => client.client_id);
        return { made, updated, got, rotated, credential, expiring, listed, one, credentials, page, after };
      },
      { input },
    );
    const { client_id } = seen.made;
    assert.match(client_id, /^[a-zA-Z0-9]{32}$/);
    assert.equal(seen.made.client_secret.length, 64);
    assert.deepEqual(seen.got, { name: 'v4 client', client_metadata: { plan: 'full' } });
    assert.equal(seen.updated.client_secret, undefined);
    assert.equal(seen.rotated.client_secret.length, 64);
    assert.notEqual(seen.rotated.client_secret, seen.made.client_secret);
    assert.equal(seen.expiring.expires_at, '2040-01-01T00:00:00.000Z');
    assert.deepEqual([seen.listed, seen.one.id], [[seen.credential.id], seen.credential.id]);
    assert.deepEqual(seen.credentials, []);
    const { clients, total } = seen.page as unknown as { clients: { client_id: string }[]; total: number };
    assert.equal(clients.length, total);
    assert(clients.some((client) => client.client_id === client_id));
    assert(!seen.after.includes(client_id));
  });

  it('manages APIs and client grants', async () => {
    const seen = await runWithSdk(stack(), 'auth0-v4', async ({ ManagementClient }, settings) => {
      const { clients, clientGrants, resourceServers } = new ManagementClient(settings);
      const audience = 'https://v4.example.com/';
      const scopes = [{ value: 'read', description: 'Read' }, { value: 'write' }];
      const api = (await resourceServers.create({ identifier: audience, name: 'v4', scopes })).data;
      const updated = (await resourceServers.update({ id: api.id }, { token_lifetime: 600 })).data;
      const byIdentifier = (await resourceServers.get({ id: audience })).data;
      const filtered = (await resourceServers.getAll({ identifiers: [audience] })).data;
      const { client_id } = (await clients.create({ name: 'v4 grants', app_type: 'non_interactive' })).data;
      const grant = (await clientGrants.create({ client_id, audience, scope: ['read'] })).data;
      const widened = (await clientGrants.update({ id: grant.id }, { scope: ['read', 'write'] })).data;
      const ofClient = (await clientGrants.getAll({ client_id })).data;
      const ofAudience = (await clientGrants.getAll({ audience, include_totals: true })).data;
      await clientGrants.delete({ id: grant.id });
      const grants = (await clientGrants.getAll({ client_id })).data;
      await resourceServers.delete({ id: api.id });
      const apis = (await resourceServers.getAll()).data.map(({ identifier }) => identifier);
      return { api, updated, byIdentifier, filtered, grant, widened, ofClient, ofAudience, grants, apis };
    });
    assert.deepEqual([seen.api.token_lifetime, seen.updated.token_lifetime], [86_400, 600]);
    assert.deepEqual(seen.byIdentifier, seen.updated);
    assert.deepEqual(seen.filtered, [seen.updated]);
    assert.deepEqual(seen.grant.scope, ['read']);
    assert.deepEqual(seen.widened, { ...seen.grant, scope: ['read', 'write'] });
    assert.deepEqual(seen.ofClient, [seen.widened]);
    assert.deepEqual(seen.ofAudience, { start: 0, limit: 50, total: 1, client_grants: [seen.widened] });
    assert.deepEqual(seen.grants, []);
    assert(!seen.apis.includes('https://v4.example.com/'));
  });

  it('reads, rotates and revokes signing keys', async () => {
    const seen = await runWithSdk(stack(), 'auth0-v4', async ({ ManagementClient }, settings) => {
      const { keys } = new ManagementClient(settings);
      const before = (await keys.getAll()).data;
      const current = before.find((key) => key.current === true)?.kid ?? '';
      const next = before.filter((key) => key.next === true).map(({ kid }) => kid);
      const got = (await keys.get({ kid: current })).data;
      const rotated = (await keys.rotate()).data;
      const now = (await keys.get({ kid: rotated.kid })).data;
      const revoked = (await keys.revoke({ kid: current })).data;
      // The token of `keys` was signed with the key that is revoked now.
      const after = (await new ManagementClient(settings).keys.get({ kid: current })).data;
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
    const seen = await runWithSdk(stack(), 'auth0-v4', async ({ ManagementClient }, settings) => {
      const { tenants } = new ManagementClient(settings);
      const updated = (await tenants.updateSettings({ friendly_name: 'Acme', flags: { enable_sso: true } })).data;
      const got = (await tenants.getSettings({ fields: 'friendly_name,flags', include_fields: true })).data;
      return { updated, got };
    });
    assert.equal(seen.updated.friendly_name, 'Acme');
    assert.deepEqual(seen.got, { friendly_name: 'Acme', flags: { enable_sso: true } });
  });

  it('gets a token by its own call for a client, an API and a hook that it made, and finds the token in the logs', async () => {
    const seen = await runWithSdk(stack(), 'auth0-v4', async ({ ManagementClient, AuthenticationClient }, settings) => {
      const { clients, clientGrants, hooks, logs, resourceServers } = new ManagementClient(settings);
      const { domain } = settings;
      const audience = 'https://v4-token.example.com/';
      await resourceServers.create({ identifier: audience, name: 'v4 token', scopes: [{ value: 'read' }] });
      const client = (await clients.create({ name: 'v4 m2m', app_type: 'non_interactive' })).data;
      const { client_id: clientId, client_secret: clientSecret } = client;
      await clients.update({ client_id: clientId }, { client_metadata: { plan: 'full' } });
      await clientGrants.create({ client_id: clientId, audience, scope: ['read'] });
      const script = `module.exports = function (client, scope, audience, context, cb) {
        cb(null, { scope: scope, 'https://acme.example.com/plan': client.metadata.plan + context.webtask.secrets.MARK });
      };`;
      const { id } = (await hooks.create({ name: 'sdk-token', script, triggerId: 'credentials-exchange' })).data;
      await hooks.addSecrets({ id }, { MARK: '!' });
      await hooks.update({ id }, { enabled: true });
      const authentication = new AuthenticationClient({ domain, clientId, clientSecret });
      const token = (await authentication.oauth.clientCredentialsGrant({ audience })).data;
      const search = { q: `type:seccft AND client_id:${clientId}`, sort: 'date:-1', per_page: 5 };
      let found = (await logs.getAll(search)).data;
      for (let tries = 0; found.length === 0 && tries < 300; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        found = (await logs.getAll(search)).data;
      }
      const one = (await logs.get({ id: found[0]?.log_id ?? '' })).data;
      const counted = (await logs.getAll({ include_totals: true, per_page: 2 })).data;
      const first = (await logs.getAll({ take: 2 })).data;
      const second = (await logs.getAll({ from: first[1]?.log_id ?? '', take: 2 })).data;
      const wrong = new AuthenticationClient({ domain, clientId, clientSecret: `${clientSecret}x` });
      const refused = await wrong.oauth.clientCredentialsGrant({ audience }).catch((error: unknown) => error);
      const { name, error, statusCode } = refused as { name: string; error: string; statusCode: number };
      return { clientId, token, one, counted, first, second, refused: { name, error, statusCode } };
    });
    const claims = decodeJwt(seen.token.access_token);
    assert.equal(claims['https://acme.example.com/plan'], 'full!');
    assert.equal(claims.sub, `${seen.clientId}@clients`);
    assert.deepEqual([seen.token.token_type, seen.token.expires_in], ['Bearer', 86_400]);
    assert.deepEqual([seen.one.type, seen.one.client_id], ['seccft', seen.clientId]);
    const counted = seen.counted as unknown as { logs: unknown[]; length: number; total: number };
    assert.deepEqual([counted.logs.length, counted.length], [2, 2]);
    assert(counted.total > 2);
    const ids = [...seen.first, ...seen.second].map(({ log_id }) => log_id);
    assert.equal(new Set(ids).size, 4);
    assert.deepEqual(ids, [...ids].sort());
    assert.deepEqual(seen.refused, { name: 'AuthApiError', error: 'access_denied', statusCode: 401 });
  });

  it('gets a token by private_key_jwt, and calls the Management API with it', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const input = { pem: await exportSPKI(publicKey), key: await exportPKCS8(privateKey) };
    const seen = await runWithSdk(
      stack(),
      'auth0-v4',
      async ({ ManagementClient, AuthenticationClient }, settings, { pem, key: clientAssertionSigningKey }) => {
        const { clients, clientGrants } = new ManagementClient(settings);
        const { domain } = settings;
        const audience = `https://${domain}/api/v2/`;
        const { client_id } = (await clients.create({ name: 'v4 signs', app_type: 'non_interactive' })).data;
        await clientGrants.create({ client_id, audience, scope: ['read:hooks'] });
        const credential = { credential_type: 'public_key', name: 'key', pem } as const;
        const { id } = (await clients.createCredential({ client_id }, credential)).data;
        const client_authentication_methods = { private_key_jwt: { credentials: [{ id }] } };
        const updated = (await clients.update({ client_id }, { client_authentication_methods })).data;
        const signing = { domain, clientId: client_id, clientAssertionSigningKey };
        const token = (await new AuthenticationClient(signing).oauth.clientCredentialsGrant({ audience })).data;
        const hooks = (await new ManagementClient(signing).hooks.getAll()).data;
        return { client_id, updated, token, hooks: Array.isArray(hooks) };
      },
      { input },
    );
    assert.equal(seen.updated.token_endpoint_auth_method, null);
    assert.equal(decodeJwt(seen.token.access_token).sub, `${seen.client_id}@clients`);
    assert.equal(seen.hooks, true);
  });

  it('meets errors as its own classes', async () => {
    const seen = await runWithSdk(stack(), 'auth0-v4', async ({ ManagementClient }, settings) => {
      const { hooks, resourceServers, users } = new ManagementClient(settings);
      const told = (call: Promise<unknown>) =>
        call.then(
          () => 'no error',
          (error: unknown) => {
            const { name, statusCode, errorCode, msg } = error as Record<string, unknown>;
            return [name, statusCode, errorCode, msg];
          },
        );
      return {
        missing: await told(hooks.get({ id: '01M87KBRMKE2XJ5KSZVY82ZBZA' })),
        invalid: await told(hooks.create({ name: '-', script: 'x', triggerId: 'credentials-exchange' })),
        taken: await told(resourceServers.create({ identifier: `https://${settings.domain}/api/v2/` })),
        absent: await told(users.getAll()),
        token: await told(new ManagementClient({ domain: settings.domain, token: 'x' }).hooks.getAll()),
      };
    });
    assert.deepEqual(seen.missing, ['ManagementApiError', 404, 'inexistent_hook', 'The hook does not exist']);
    assert.deepEqual(seen.invalid.slice(0, 3), ['ManagementApiError', 400, 'invalid_body']);
    assert.match(String(seen.invalid[3]), /on property name/);
    assert.deepEqual(seen.taken.slice(0, 3), ['ManagementApiError', 409, 'resource_server_conflict']);
    assert.deepEqual(seen.absent.slice(0, 3), ['ManagementApiError', 403, 'insufficient_scope']);
    assert.deepEqual(seen.token, ['ManagementApiError', 401, 'invalid_token', 'Invalid token']);
  });
});
