import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import {
  grantClient,
  makeClient,
  openPatiently,
  openWithScopes,
  type Body,
} from '../e2e/management-clients-fixtures.ts';
import type { Management } from '../support/management.ts';
import { withStack } from '../support/with-stack.ts';
import { attackClass } from './attack-class.ts';

// The client that hookmint makes at its first start is the only one that can administer it: nobody takes its way in.

let api: Management;
const stack = withStack({ hook: null }, async (started) => {
  api = await openPatiently(started);
});

const lockOut = attackClass('the last way in');
const audience = (): string => `${stack().url}/api/v2/`;
const LAST = [409, 'last_administrator'];
const own = (): string => `/clients/${stack().managementClientId}`;
const errorOf = ({ status, body }: { status: number; body: unknown }) => [
  status,
  (body as Body | undefined)?.errorCode,
];
const ownGrant = async (): Promise<string> => {
  const grants = (await api.call('GET', `/client-grants?client_id=${stack().managementClientId}`)).body as Body[];
  return `/client-grants/${String(grants[0]?.id)}`;
};
const pem = (): string | Buffer =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' });

/** An operation on the administrator, with the scopes that it needs. */
type Attempt = [how: string, scopes: string[], method: string, path: () => string | Promise<string>, body?: Body];
const BY_ANYBODY: Attempt[] = [
  ['its grant is deleted', ['delete:client_grants'], 'DELETE', ownGrant],
  ['its grant is emptied', ['update:client_grants'], 'PATCH', ownGrant, { scope: [] }],
  [
    'its grant loses the scope',
    ['update:client_grants'],
    'PATCH',
    ownGrant,
    { scope: ['read:hooks', 'update:clients'] },
  ],
  ['it is deleted', ['delete:clients'], 'DELETE', own],
  ['it gets no tokens', ['update:clients'], 'PATCH', own, { grant_types: [] }],
  [
    'it needs no secret',
    ['update:clients', 'update:client_keys'],
    'PATCH',
    own,
    { token_endpoint_auth_method: 'none' },
  ],
];
const BY_OTHERS: Attempt[] = [
  ['its secret is rotated', ['update:client_keys'], 'POST', () => `${own()}/rotate-secret`, {}],
  [
    'its secret is rotated and overlaps',
    ['update:client_keys'],
    'POST',
    () => `${own()}/rotate-secret`,
    { overlap_seconds: 2_592_000 },
  ],
  ['its secret is set', ['update:clients', 'update:client_keys'], 'PATCH', own, { client_secret: 'x'.repeat(48) }],
  [
    'a key is added',
    ['create:client_credentials'],
    'POST',
    () => `${own()}/credentials`,
    { credential_type: 'public_key', pem: pem() },
  ],
];

// An administrator would be a second one: then this is not the last way in.
const byNoAdministrator = [...BY_ANYBODY, ...BY_OTHERS].filter(
  ([, scopes]) => !scopes.includes('update:client_grants'),
);
for (const [how, scopes, method, path, body] of byNoAdministrator) {
  lockOut(`${how} by another`, async () => {
    const other = await openWithScopes(api, stack(), ...scopes);
    assert.deepEqual(errorOf(await other.call(method, await path(), body)), LAST);
  });
}
for (const [how, , method, path, body] of BY_ANYBODY) {
  lockOut(`${how} by itself`, async () => {
    assert.deepEqual(errorOf(await api.call(method, await path(), body)), LAST);
  });
}

lockOut('after all that, it comes in, and may change what is its own', async () => {
  const rotated = await api.call('POST', `${own()}/rotate-secret`, { overlap_seconds: 3_600 });
  assert.equal(rotated.status, 200);
  const { client_secret } = rotated.body as { client_secret: string };
  const again = await openPatiently(stack(), { client_id: stack().managementClientId, client_secret });
  assert.equal((await again.call('PATCH', own(), { name: 'Renamed' })).status, 200);
  assert.equal((await again.call('PATCH', await ownGrant(), { allow_all_scopes: true })).status, 200);
});

lockOut('another administrator that is about to end does not count', async () => {
  const other = await openWithScopes(api, stack(), 'create:clients', 'update:client_credentials', 'delete:clients');
  // Made by the administrator, with a key that lasts.
  const created = await api.call('POST', '/clients', {
    name: 'Second administrator',
    app_type: 'non_interactive',
    client_authentication_methods: {
      private_key_jwt: { credentials: [{ credential_type: 'public_key', pem: pem(), alg: 'RS256' }] },
    },
  });
  assert.equal(created.status, 201, JSON.stringify(created.body));
  const { client_id: second } = created.body as { client_id: string };
  await grantClient(api, second, audience(), ['update:client_grants']);
  const [key] = (await api.call('GET', `/clients/${second}/credentials`)).body as Body[];
  // As it may: it is not the last way in. Then the first is.
  const soon = new Date(Date.now() + 20_000).toISOString();
  const path = `/clients/${second}/credentials/${String(key?.id)}`;
  assert.equal((await other.call('PATCH', path, { expires_at: soon })).status, 200);
  assert.deepEqual(errorOf(await other.call('DELETE', own())), LAST);
  const later = new Date(Date.now() + 30 * 86_400_000).toISOString();
  assert.equal((await other.call('PATCH', path, { expires_at: later })).status, 200);
  assert.equal((await api.call('DELETE', `/clients/${second}`)).status, 204);
});

lockOut('of three administrators that are deleted at once, one stays', async () => {
  const deleter = await openWithScopes(api, stack(), 'delete:clients');
  const others = await Promise.all(
    [1, 2].map(async () => {
      const client = await makeClient(api);
      await grantClient(api, client.client_id, audience(), ['update:client_grants']);
      return client.client_id;
    }),
  );
  // One that has the scope and no way to get a token does not count.
  const useless = await makeClient(api, { app_type: 'spa' });
  await grantClient(api, useless.client_id, audience(), ['update:client_grants']);
  const all = [stack().managementClientId, ...others];
  const answers = await Promise.all(all.map((id) => deleter.call('DELETE', `/clients/${id}`)));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 204, 409]);
});
