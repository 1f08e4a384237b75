import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import {
  makeClient,
  grantClient,
  openPatiently,
  openWithScopes,
  type Body,
} from '../e2e/management-clients-fixtures.ts';
import type { Management } from '../support/management.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';
import { attackClass } from './attack-class.ts';

let api: Management;
const stack = withStack({ hook: null }, async (started) => {
  api = await openPatiently(started);
});

/** A body as it is written, for what no object of JavaScript can have. */
async function patchRaw(path: string, text: string): Promise<{ status: number; message: string }> {
  const answer = await fetch(`${stack().url}/api/v2${path}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${api.token}` },
    body: text,
  });
  const { message } = (await answer.json()) as { message?: string };
  return { status: answer.status, message: String(message) };
}

async function targets() {
  const client = await makeClient(api);
  const grant = await grantClient(api, client.client_id, stack().audience, ['read:data']);
  const paths = {
    clients: `/clients/${client.client_id}`,
    client_grants: `/client-grants/${String(grant.id)}`,
    resource_servers: `/resource-servers/${encodeURIComponent(stack().audience)}`,
  };
  const token = async (): Promise<Body> => {
    const { client_id, client_secret } = client;
    const { status, body } = await requestToken(stack(), { client_id, client_secret });
    assert.equal(status, 200, JSON.stringify(body));
    return decodeJwt(String(body.access_token));
  };
  return { client, grant, paths, token };
}

const written = attackClass('static claims that are written');

/** JSON texts of `claims` that would say what only the issuer says, or nothing that can be kept. */
const HOSTILE: Readonly<Record<string, string>> = {
  'a subject': '{"sub":"admin@clients"}',
  'a key that the token is bound to': '{"cnf":{"jkt":"x"}}',
  'scopes beside the grant': '{"scope":"delete:everything"}',
  permissions: '{"permissions":["delete:everything"]}',
  'an issuer in other letters': '{"ISS":"https://evil.example/"}',
  'an audience with a letter that cannot be seen': '{"au\\u200bd":"urn:other"}',
  'a subject with a long s': '{"\\u017fub":"admin"}',
  'a full-width exp': '{"\\uff45\\uff58\\uff50":9999999999}',
  'the prototype of objects': '{"__proto__":{"sub":"admin"}}',
  'the prototype of objects, within a value': '{"https://example.com/a":{"__proto__":{"x":1}}}',
  'the constructor of objects': '{"constructor":{"prototype":{"sub":"admin"}}}',
  'the last of two of one name': '{"https://example.com/a":1,"sub":"admin"}',
  'a name that is reserved, twice': '{"sub":null,"sub":"admin"}',
  'a namespace of the vendor': '{"https://tenant.auth0.com/a":1}',
  'a name that a terminal turns around': '{"https://example.com/\\u202enimda":1}',
  'half a pair': '{"https://example.com/\\ud800":1}',
  'a name in another form of the same letters': '{"https://example.com/e\\u0301":1}',
  'a number that is infinite': '{"https://example.com/a":1e999}',
  'a number of too many digits': '{"https://example.com/a":12345678901234567890}',
  'a reference that the database follows': '{"https://example.com/a":{"$ref":"clients","$id":"x"}}',
  'a reference that the database follows, as the claims themselves': '{"$ref":"clients","$id":"x"}',
  'a type of the database, as the claims themselves': '{"_bsontype":"Code","code":"1"}',
  'an operator of the database': '{"https://example.com/a":{"$where":"1"}}',
  'a type of the database': '{"https://example.com/a":{"_bsontype":"Code","code":"1"}}',
  'a template of something else': '{"https://example.com/a":"{{client.client_secrets}}"}',
  'a template within a template': '{"https://example.com/a":"{{client.metadata.{{client.metadata.a}}}}"}',
  'levels without end': `{"https://example.com/a":${'['.repeat(900)}${']'.repeat(900)}}`,
  'more than fits': `{"https://example.com/a":"${'x'.repeat(9_000)}"}`,
  'more names than fit': `{${Array.from({ length: 51 }, (_, i) => `"https://example.com/${String(i)}":1`).join(',')}}`,
  'a list': '[["sub","admin"]]',
};
for (const [what, claims] of Object.entries(HOSTILE)) {
  written(`${what} is refused for a client, a grant and an API`, async () => {
    const { paths, token } = await targets();
    const before = Object.keys(await token());
    for (const path of Object.values(paths)) {
      const { status, message } = await patchRaw(path, `{"claims":${claims}}`);
      assert.equal(status, 400, `${path}: ${message}`);
      assert.match(message, /claims|__proto__|_bsontype|\$ref/, path);
    }
    assert.deepEqual(Object.keys(await token()), before);
  });
}

written('the last of two values of one name is the claim', async () => {
  const { paths, token } = await targets();
  const { status } = await patchRaw(paths.clients, '{"claims":{"https://example.com/a":1,"https://example.com/a":2}}');
  assert.equal(status, 200);
  assert.equal((await token())['https://example.com/a'], 2);
});

const stored = attackClass('static claims that are in the store');
stored(
  'what only the issuer says is left out of the token, whoever wrote it there, and the token is issued',
  async () => {
    const { client, grant, paths, token } = await targets();
    const audience = stack().audience;
    const before = await token();
    const db = await stack().db();
    const claims = {
      sub: 'admin',
      cnf: { jkt: 'x' },
      exp: 9_999_999_999,
      'https://example.com/fine': 1,
      Aud: 'urn:other',
    };
    const ids = {
      clients: { _id: client.client_id },
      client_grants: { _id: String(grant.id) },
      resource_servers: { identifier: audience },
    };
    try {
      for (const [collection, filter] of Object.entries(ids)) {
        await db.collection<{ _id: string }>(collection).updateOne(filter, { $set: { claims } });
      }
      await stack().announceChange();
      const { iat, exp, ...rest } = await token();
      assert.deepEqual({ ...rest, iat: 0, exp: 0 }, { ...before, iat: 0, exp: 0, 'https://example.com/fine': 1 });
      assert(Number(exp) - Number(iat) <= 86_400);
    } finally {
      assert.equal((await patchRaw(paths.resource_servers, '{"claims":null}')).status, 200);
    }
  },
);

const scopes = attackClass('static claims by scopes');
scopes('update:clients and create:clients alone set no claim of a client', async () => {
  const { client, paths } = await targets();
  const changer = await openWithScopes(api, stack(), 'update:clients', 'create:clients');
  const claims = { 'https://example.com/role': 'admin' };
  const lacking = async (method: string, path: string, body: Body): Promise<void> => {
    const answer = await changer.call(method, path, body);
    assert.deepEqual([answer.status, (answer.body as Body).errorCode], [403, 'insufficient_scope'], path);
  };
  await lacking('PATCH', paths.clients, { claims });
  await lacking('POST', '/clients', { name: 'x', claims });
  assert.equal((await api.call('PATCH', paths.clients, { claims })).status, 200);
  await lacking('PATCH', paths.clients, { claims: null });
  await lacking('PATCH', paths.clients, { claims: { ...claims, 'https://example.com/more': 1 } });
  // Tools send back all that they were shown.
  assert.equal((await changer.call('PATCH', paths.clients, { name: 'Renamed', claims })).status, 200);
  const granting = await openWithScopes(api, stack(), 'update:clients', 'update:client_grants');
  assert.equal((await granting.call('PATCH', `/clients/${client.client_id}`, { claims: null })).status, 200);
});
