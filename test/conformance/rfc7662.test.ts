import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { makeClient, openPatiently } from '../e2e/management-clients-fixtures.ts';
import { apiWorld, credentialsOf, tokenOf, type ApiWorld } from '../e2e/shown-token-fixtures.ts';
import { makeProof, newDpopKey } from '../support/dpop.ts';
import type { Management } from '../support/management.ts';
import { showToken, type ShownAnswer } from '../support/shown-token.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

let management: Management;
let world: ApiWorld;
const stack = withStack({ hook: null }, async (started) => {
  management = await openPatiently(started);
  world = await apiWorld(management, started, {
    token_dialect: 'rfc9068_profile',
    claims: { 'https://example.com/tier': 'gold', 'https://example.com/list': [1, { a: null }] },
    proof_of_possession: { mechanism: 'dpop', required: false },
  });
});

const introspect = (
  parameters: Record<string, string | undefined>,
  headers?: Record<string, string>,
): Promise<ShownAnswer> => showToken(stack(), 'introspect', parameters, headers);
const byApi = (token: string | undefined): Promise<ShownAnswer> => introspect({ ...credentialsOf(world.api), token });
const INACTIVE = { active: false };

describe('RFC 7662 §2.1 Introspection Request', () => {
  it('"makes a call to the introspection endpoint using an HTTP POST request with parameters sent as "application/x-www-form-urlencoded" data"', async () => {
    const { client_id, client_secret } = world.api;
    const token = await world.token();
    const url = `${stack().url}/oauth/introspect`;
    const json = JSON.stringify({ client_id, client_secret, token });
    for (const [method, type, body, status] of [
      ['POST', 'application/json', json, 400],
      ['POST', 'text/plain', 'token=x', 400],
      ['GET', undefined, undefined, 405],
      ['PUT', undefined, undefined, 405],
    ] as const) {
      const answer = await fetch(`${url}?token=${token}`, {
        method,
        ...(body === undefined ? {} : { body, headers: { 'content-type': type } }),
      });
      assert.equal(answer.status, status, `${method} ${String(type)}`);
    }
    const inQuery = await fetch(`${url}?token=${token}`, {
      method: 'POST',
      body: new URLSearchParams({ client_id, client_secret }),
    });
    assert.deepEqual([inQuery.status, ((await inQuery.json()) as { error: string }).error], [400, 'invalid_request']);
  });

  it('"token REQUIRED", sent once; "token_type_hint OPTIONAL"', async () => {
    for (const token of [undefined, '']) {
      const { status, body } = await byApi(token);
      assert.deepEqual(
        [status, body],
        [400, { error: 'invalid_request', error_description: 'Missing required parameter: token' }],
      );
    }
    const { client_id, client_secret } = world.api;
    const twice = `client_id=${client_id}&client_secret=${encodeURIComponent(client_secret)}&token=a&token=b`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await fetch(`${stack().url}/oauth/introspect`, { method: 'POST', headers, body: twice });
    assert.equal(answer.status, 400);
    const token = await world.token();
    for (const token_type_hint of ['access_token', 'refresh_token', 'unheard_of']) {
      assert.equal((await introspect({ ...credentialsOf(world.api), token, token_type_hint })).body?.active, true);
    }
  });

  it('"the endpoint MUST also require some form of authorization to access this endpoint"', async () => {
    const { client_id, client_secret } = world.api;
    const token = await world.token();
    const basic = (secret: string) => ({ authorization: `Basic ${btoa(`${client_id}:${secret}`)}` });
    assert.equal((await introspect({ token }, basic(client_secret))).body?.active, true);
    for (const answer of [
      await introspect({ token }),
      await introspect({ client_id, token }),
      await introspect({ client_id, client_secret: 'wrong', token }),
      await introspect({ client_id: 'nobody', client_secret, token }),
      await introspect({ token }, basic('wrong')),
      await introspect({ token }, { authorization: `Bearer ${token}` }),
    ]) {
      assert.deepEqual([answer.status, answer.body?.error], [401, 'invalid_client']);
    }
    assert.match(String((await introspect({ token }, basic('wrong'))).headers.get('www-authenticate')), /^Basic /);
  });

  it('a client that proves nothing is none, whatever API it is', async () => {
    const spa = await makeClient(management, { app_type: 'spa', resource_server_identifier: world.audience });
    const { status, body } = await introspect({ client_id: spa.client_id, token: await world.token() });
    assert.deepEqual([status, body?.error], [401, 'invalid_client']);
  });
});

describe('RFC 7662 §2.2 Introspection Response', () => {
  it('"a JSON object" with what the token says, "active" and the "token_type"', async () => {
    const token = await world.token();
    const { status, headers, body } = await byApi(token);
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), 'application/json; charset=utf-8');
    assert.equal(headers.get('cache-control'), 'no-store');
    const said: Record<string, unknown> = decodeJwt(token);
    assert.deepEqual(body, { ...said, active: true, client_id: world.client.client_id, token_type: 'Bearer' });
    assert.deepEqual([said.aud, said.scope, said['https://example.com/tier']], [world.audience, 'read write', 'gold']);
  });

  it("of a token in Auth0's dialect, which has no jti, the same", async () => {
    const other = await apiWorld(management, stack());
    const token = await other.token();
    assert.equal(decodeJwt(token).jti, undefined);
    const { body } = await introspect({ ...credentialsOf(other.api), token });
    assert.deepEqual(
      [body?.active, body?.client_id, body?.azp],
      [true, other.client.client_id, other.client.client_id],
    );
  });

  it('of a token that is bound to a key, the key (RFC 9449 §6.2)', async () => {
    const key = await newDpopKey();
    const proof = await makeProof(key, `${stack().url}/oauth/token`);
    const { audience, client } = world;
    const { body } = await requestToken(stack(), { ...credentialsOf(client), audience }, { DPoP: proof });
    const { body: told } = await byApi(String(body.access_token));
    assert.deepEqual([told?.active, told?.token_type, told?.cnf], [true, 'DPoP', { jkt: key.jkt }]);
  });

  it('only the API that a token is for is told of it', async () => {
    const token = await world.token();
    const other = await apiWorld(management, stack());
    for (const caller of [other.api, other.client, world.client]) {
      const { status, body } = await introspect({ ...credentialsOf(caller), token });
      assert.deepEqual([status, body], [200, INACTIVE]);
    }
    await management.call('PATCH', `/clients/${other.client.client_id}`, {
      resource_server_identifier: world.audience,
    });
    assert.equal((await introspect({ ...credentialsOf(other.client), token })).body?.active, true);
  });

  it('"If the … token is not active, does not exist …, the authorization server MUST return … "active": false … SHOULD NOT include any additional information"', async () => {
    const token = await world.token();
    const [head = '', payload = '', signature = ''] = token.split('.');
    const text = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string };
    const forged = text({ ...decodeJwt(token), sub: 'admin@clients' });
    for (const shown of [
      'x',
      '..',
      `${head}.${payload}`,
      `${head}.${payload}.`,
      `${head}.${forged}.${signature}`,
      `${text({ alg: 'none', typ: 'JWT' })}.${payload}.`,
      `${text({ alg: 'HS256', kid })}.${payload}.${signature}`,
      `${text({ alg: 'RS256', kid: 'another' })}.${payload}.${signature}`,
      `${head}.${payload}.${signature}.`,
      'x'.repeat(20_000),
    ]) {
      const { status, body } = await byApi(shown);
      assert.deepEqual([status, body], [200, INACTIVE], shown.slice(0, 40));
    }
  });

  it('a token that has expired is not active', async () => {
    const short = await apiWorld(management, stack(), { token_lifetime: 1 });
    const token = await short.token();
    const { exp = 0 } = decodeJwt(token);
    while (Date.now() < exp * 1_000 + 50) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(await short.isActive(token), false);
  });

  it('the API that a client is must be there, and is not the Management API', async () => {
    for (const resource_server_identifier of ['urn:not-there', `${stack().url}/api/v2/`, '']) {
      for (const [method, path, body] of [
        ['POST', '/clients', { name: 'x' }],
        ['PATCH', `/clients/${world.client.client_id}`, {}],
      ] as const) {
        const answer = await management.call(method, path, { ...body, resource_server_identifier });
        assert.equal(answer.status, 400, resource_server_identifier);
        assert.match(JSON.stringify(answer.body), /resource_server_identifier/);
      }
    }
    assert.notEqual(await tokenOf(stack(), world.client, world.audience), '');
  });
});
