import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runWithSdk } from '../support/run-with-sdk.ts';
import { DEFAULT_MANAGEMENT_LIMIT } from '../support/stack.ts';
import { withStack } from '../support/with-stack.ts';

// Each SDK rotates the keys.
const env = { ...DEFAULT_MANAGEMENT_LIMIT, HOOKMINT_KEY_PUBLICATION_SECONDS: '0' };
const stack = withStack({ args: ['--tls'], env });

describe("Auth0's SDK, given only domain, client and the certificate", () => {
  it('v7: manages resource servers', async () => {
    const seen = await runWithSdk(stack(), 'auth0-v7', async ({ ManagementClient }, settings) => {
      const { resourceServers } = new ManagementClient(settings);
      const made = await resourceServers.create({
        identifier: 'https://v7.example.com/',
        name: 'v7',
        signing_alg: 'RS256',
      });
      const updated = await resourceServers.update(made.id ?? '', { name: 'v7 anew' });
      const listed = (await resourceServers.list()).data.map(({ identifier }) => identifier);
      await resourceServers.delete(made.id ?? '');
      const gone = await resourceServers.get(made.id ?? '').catch((error: unknown) => error as { statusCode: number });
      return { made, updated, listed, gone: (gone as { statusCode: number }).statusCode };
    });
    assert.equal(seen.made.identifier, 'https://v7.example.com/');
    assert.equal(seen.updated.name, 'v7 anew');
    assert(seen.listed.includes('https://v7.example.com/'));
    assert.equal(seen.gone, 404);
  });

  it('v4: manages resource servers', async () => {
    const seen = await runWithSdk(stack(), 'auth0-v4', async ({ ManagementClient }, settings) => {
      const { resourceServers } = new ManagementClient(settings);
      const { data: made } = await resourceServers.create({ identifier: 'https://v4.example.com/', name: 'v4' });
      const { data: updated } = await resourceServers.update({ id: made.id }, { name: 'v4 anew' });
      const listed = (await resourceServers.getAll()).data.map(({ identifier }) => identifier);
      await resourceServers.delete({ id: made.id });
      const gone = await resourceServers
        .get({ id: made.id })
        .catch((error: unknown) => error as { statusCode: number });
      return { made, updated, listed, gone: (gone as { statusCode: number }).statusCode };
    });
    assert.equal(seen.made.identifier, 'https://v4.example.com/');
    assert.equal(seen.updated.name, 'v4 anew');
    assert(seen.listed.includes('https://v4.example.com/'));
    assert.equal(seen.gone, 404);
  });

  it('v7: rotates the signing keys and revokes the old one', async () => {
    const seen = await runWithSdk(stack(), 'auth0-v7', async ({ ManagementClient }, settings) => {
      const { signing } = new ManagementClient(settings).keys;
      const before = await signing.list();
      const rotated = await signing.rotate();
      const next = await signing.get(rotated.kid);
      const inUse = await signing.revoke(rotated.kid).catch((error: unknown) => error);
      const { statusCode, body } = inUse as { statusCode: number; body: { errorCode: string } };
      const old = before.find((key) => key.current === true && (key as { alg?: string }).alg === 'RS256');
      // The client goes on with a token that this key has signed.
      const revoked = await signing.revoke(old?.kid ?? '');
      return { before, rotated, next, revoked, old, refusal: [statusCode, body.errorCode] };
    });
    assert.equal(seen.before.find(({ kid }) => kid === seen.rotated.kid)?.next, true);
    assert.deepEqual([seen.next.current, seen.next.cert], [true, seen.rotated.cert]);
    assert.deepEqual(seen.refusal, [400, 'signing_key_in_use']);
    assert.deepEqual(seen.revoked, { kid: seen.old?.kid, cert: seen.old?.cert });
  });

  it('v7: gets a token by its own client-credentials call, for an API whose hook adds a claim', async () => {
    const options = {
      client: { clientId: stack().clientId, clientSecret: stack().clientSecret },
      input: stack().audience,
    };
    const seen = await runWithSdk(
      stack(),
      'auth0-v7/legacy',
      async ({ AuthenticationClient }, settings, audience: string) => {
        const { data } = await new AuthenticationClient(settings).oauth.clientCredentialsGrant({ audience });
        const claims = JSON.parse(atob(data.access_token.split('.')[1] ?? '')) as Record<string, unknown>;
        return { type: data.token_type, claims };
      },
      options,
    );
    assert.equal(seen.type, 'Bearer');
    assert.deepEqual([seen.claims.iss, seen.claims['https://foo.com/claim']], [`${stack().url}/`, 'bar']);
  });

  it('v4: gets a token, rotates the signing keys and revokes the old one', async () => {
    const seen = await runWithSdk(stack(), 'auth0-v4', async ({ AuthenticationClient, ManagementClient }, settings) => {
      const { data: token } = await new AuthenticationClient(settings).oauth.clientCredentialsGrant({
        audience: `https://${settings.domain}/api/v2/`,
      });
      const { keys } = new ManagementClient({ domain: settings.domain, token: token.access_token });
      const { data: before } = await keys.getAll();
      const { data: rotated } = await keys.rotate();
      const { kid: oldKid } = JSON.parse(atob(token.access_token.split('.')[0] ?? '')) as { kid: string };
      const { data: next } = await keys.get({ kid: rotated.kid });
      const inUse = await keys.revoke({ kid: rotated.kid }).catch((error: unknown) => error);
      const { data: revoked } = await keys.revoke({ kid: oldKid });
      const { statusCode, errorCode } = inUse as { statusCode: number; errorCode: string };
      return { token, before, rotated, next, revoked, oldKid, refusal: [statusCode, errorCode] };
    });
    assert.equal(seen.token.token_type, 'Bearer');
    assert.equal(seen.before.find(({ kid }) => kid === seen.rotated.kid)?.next, true);
    assert.deepEqual([seen.next.current, seen.next.cert], [true, seen.rotated.cert]);
    assert.deepEqual(seen.refusal, [400, 'signing_key_in_use']);
    assert.equal(seen.revoked.kid, seen.oldKid);
  });
});
