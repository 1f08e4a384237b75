import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openPatiently } from '../e2e/management-clients-fixtures.ts';
import { apiWorld, credentialsOf, type ApiWorld } from '../e2e/shown-token-fixtures.ts';
import type { Management } from '../support/management.ts';
import { showToken } from '../support/shown-token.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

let management: Management;
let world: ApiWorld;
const stack = withStack({ hook: null }, async (started) => {
  management = await openPatiently(started);
  world = await apiWorld(management, started);
});

const revoke = (parameters: Record<string, string | undefined>, headers?: Record<string, string>) =>
  showToken(stack(), 'revoke', parameters, headers);

describe('RFC 7009 §2.1 Revocation Request', () => {
  it('"token REQUIRED", in a form', async () => {
    const credentials = credentialsOf(world.client);
    for (const token of [undefined, '']) {
      const { status, body } = await revoke({ ...credentials, token });
      assert.deepEqual([status, body?.error], [400, 'invalid_request']);
    }
    const answer = await fetch(`${stack().url}/oauth/revoke`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...credentials, token: await world.token() }),
    });
    assert.equal(answer.status, 400);
    assert.equal((await fetch(`${stack().url}/oauth/revoke`)).status, 405);
  });

  it('"first validates the client credentials"', async () => {
    const { client_id, client_secret } = world.client;
    const token = await world.token();
    for (const parameters of [
      {},
      { client_id },
      { client_id, client_secret: 'wrong' },
      { client_id: 'nobody', client_secret },
    ]) {
      const { status, body } = await revoke({ ...parameters, token });
      assert.deepEqual([status, body?.error], [401, 'invalid_client']);
    }
    assert.equal(await world.isActive(token), true);
  });

  it('"verifies whether the token was issued to the client making the revocation request. If this validation fails, the request is refused"', async () => {
    const token = await world.token();
    const other = await apiWorld(management, stack());
    for (const caller of [other.client, world.api]) {
      const { status, body } = await revoke({ ...credentialsOf(caller), token });
      assert.deepEqual([status, body?.error], [400, 'unauthorized_client']);
    }
    assert.equal(await world.isActive(token), true);
  });

  it('"The invalidation takes place immediately, and the token cannot be used again after the revocation"; another of the client can', async () => {
    for (const token_dialect of ['access_token', 'rfc9068_profile']) {
      const of = await apiWorld(management, stack(), { token_dialect });
      const [token, other] = [await of.token(), await of.token()];
      // Auth0's dialects have nothing but the second to tell two tokens apart.
      const isOther = token !== other;
      assert.equal(await of.isActive(token), true);
      const basic = btoa(`${of.client.client_id}:${of.client.client_secret}`);
      const { status, body, headers } = await revoke(
        { token, token_type_hint: 'access_token' },
        { authorization: `Basic ${basic}` },
      );
      assert.deepEqual([status, body, headers.get('cache-control')], [200, undefined, 'no-store']);
      assert.equal(await of.isActive(token), false);
      assert.equal(await of.isActive(other), isOther);
    }
  });
});

describe('RFC 7009 §2.2 Revocation Response', () => {
  it('"responds with HTTP status code 200 if the token has been revoked successfully or if the client submitted an invalid token"', async () => {
    const token = await world.token();
    const [head = '', payload = ''] = token.split('.');
    for (const shown of [token, token, 'x', '..', `${head}.${payload}.AAAA`, `${head}.e30.AAAA`]) {
      assert.equal((await revoke({ ...credentialsOf(world.client), token: shown })).status, 200);
    }
    assert.equal(await world.isActive(token), false);
  });

  it('a token that has just expired may be in force by another clock: it is revoked, by its client alone', async () => {
    const of = await apiWorld(management, stack(), { token_lifetime: 1 });
    const token = await of.token();
    await until('it has expired', async () => !(await of.isActive(token)));
    const other = await revoke({ ...credentialsOf(world.client), token });
    assert.deepEqual([other.status, other.body?.error], [400, 'unauthorized_client']);
    assert.equal((await revoke({ ...credentialsOf(of.client), token })).status, 200);
  });

  it('another text of the same token is the same token', async () => {
    const of = await apiWorld(management, stack(), { signing_alg: 'ES256' });
    const token = await of.token();
    assert.equal(await of.isActive(token), true);
    const malleable = otherSignature(token);
    assert.notEqual(malleable, token);
    await revoke({ ...credentialsOf(of.client), token });
    assert.equal(await of.isActive(token), false);
    assert.equal(await of.isActive(malleable), false);
  });
});

/** Order of the group of P-256 (FIPS 186-4 D.1.2.3). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** With s, order - s is a signature too. */
function otherSignature(token: string): string {
  const at = token.lastIndexOf('.') + 1;
  const signature = Buffer.from(token.slice(at), 'base64url');
  const s = ORDER - BigInt(`0x${signature.subarray(32).toString('hex')}`);
  const other = Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]);
  return token.slice(0, at) + other.toString('base64url');
}
