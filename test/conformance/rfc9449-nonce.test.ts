import assert from 'node:assert/strict';
import { it } from 'node:test';
import { decodeJwt } from 'jose';
import { allowInsecureRequests, clientCredentialsGrant, discovery, getDPoPHandle } from 'openid-client';
import { startAnother } from '../support/another-service.ts';
import { makeProof, newDpopKey } from '../support/dpop.ts';
import { requestToken, type TokenAnswer } from '../support/token-request.ts';
import { addApi } from '../support/tenant-fixtures.ts';
import { withStack } from '../support/with-stack.ts';

// RFC 9449 §8: nonces of the authorization server.

const BOUND = 'https://bound.example.com/';
const env = { HOOKMINT_DPOP_NONCE: 'required' };
const stack = withStack({ hook: null, env }, async (started) => {
  const proof_of_possession = { mechanism: 'dpop', required: true } as const;
  await addApi(started, { identifier: BOUND, proof_of_possession }, ['read:data']);
});

async function ask(claims: Record<string, unknown>, url = stack().url): Promise<TokenAnswer> {
  const proof = await makeProof(await newDpopKey(), `${stack().url}/oauth/token`, claims);
  return requestToken({ ...stack(), url }, { audience: BOUND }, { DPoP: proof });
}

it('"the authorization server responds with … use_dpop_nonce" and a DPoP-Nonce, which makes the next proof good', async () => {
  for (const nonce of [undefined, 'guessed', '', 'x'.repeat(43)]) {
    const { status, body, headers } = await ask({ nonce });
    assert.deepEqual([status, body.error], [400, 'use_dpop_nonce']);
    assert.equal(headers.get('cache-control'), 'no-store');
    const again = await ask({ nonce: headers.get('dpop-nonce') });
    assert.equal(again.status, 200, JSON.stringify(again.body));
    assert.match(again.headers.get('dpop-nonce') ?? '', /^[\w-]{43}$/);
  }
  assert.equal((await ask({ nonce: 7 })).body.error, 'invalid_dpop_proof');
});

it('is told on every answer of the token endpoint, and is the same of all gateways', async () => {
  const refusal = await requestToken(stack(), { client_secret: 'wrong' });
  assert.equal(refusal.status, 401);
  const nonce = refusal.headers.get('dpop-nonce');
  assert.match(nonce ?? '', /^[\w-]{43}$/);
  const other = await startAnother(stack(), 'gateway', { env });
  try {
    assert.equal((await ask({ nonce }, other.url)).status, 200);
  } finally {
    await other.stop();
  }
});

it('a client that says nothing of a nonce gets no bearer token instead', async () => {
  const { status, body } = await requestToken(stack(), { audience: BOUND });
  assert.deepEqual([status, body.error], [400, 'invalid_request']);
});

it('openid-client, as published, does as it is told', async () => {
  const { url, clientId, clientSecret } = stack();
  // The stack speaks HTTP, on the loopback address.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const insecure = { execute: [allowInsecureRequests] };
  const config = await discovery(new URL(`${url}/`), clientId, clientSecret, undefined, insecure);
  const key = await newDpopKey();
  const DPoP = getDPoPHandle(config, { privateKey: key.privateKey, publicKey: key.publicKey });
  const token = await clientCredentialsGrant(config, { audience: BOUND }, { DPoP });
  assert.deepEqual([token.token_type, decodeJwt(token.access_token).cnf], ['dpop', { jkt: key.jkt }]);
});
