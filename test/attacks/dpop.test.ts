import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { decodeJwt, exportSPKI } from 'jose';
import { JWT_BEARER } from '../../services/gateway/steps/read-assertion.ts';
import { startAnother, type AnotherService } from '../support/another-service.ts';
import { forgeProof, makeProof, newDpopKey, type DpopKey } from '../support/dpop.ts';
import { requestToken, type TokenAnswer } from '../support/token-request.ts';
import { addApi, addClient, addGrant } from '../support/tenant-fixtures.ts';
import { withStack } from '../support/with-stack.ts';

// What others may try with DPoP proofs, at two gateways of one tenant.

const BOUND = 'https://bound.example.com/';
const THIEF = { client_id: 'thief', client_secret: 'the secret of a thief, who is a client too' };
let second: AnotherService;
// Before the stack that it belongs to.
after(() => second.stop());
const stack = withStack({ hook: null }, async (started) => {
  const proof_of_possession = { mechanism: 'dpop', required: true } as const;
  await addApi(started, { identifier: BOUND, proof_of_possession }, ['read:data']);
  await addClient(started, { client_id: THIEF.client_id }, [THIEF.client_secret]);
  await addGrant(started, THIEF.client_id, BOUND, ['read:data']);
  second = await startAnother(started, 'gateway', { env: { HOOKMINT_ISSUER: `${started.url}/` } });
});

const htu = (): string => `${stack().url}/oauth/token`;
const ask = (proof: string, more: Record<string, string | undefined> = {}, url = stack().url): Promise<TokenAnswer> =>
  requestToken({ ...stack(), url }, { audience: BOUND, ...more }, { DPoP: proof });

async function refused(answer: Promise<TokenAnswer>, label: string): Promise<void> {
  const { status, body } = await answer;
  assert.deepEqual([status, body.error, 'access_token' in body], [400, 'invalid_dpop_proof', false], label);
}

it('a proof that is shown to both gateways at once, many times, gives one token', async () => {
  for (const alg of ['ES256', 'PS256']) {
    const proof = await makeProof(await newDpopKey(alg), htu());
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, at) => ask(proof, {}, at % 2 === 0 ? stack().url : second.url)),
    );
    const statuses = answers.map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 200).length, 1, statuses.join(' '));
    assert.equal(statuses.filter((status) => status === 400).length, 39, statuses.join(' '));
  }
});

describe('a stolen proof', () => {
  it('that was used gives the thief nothing, and one that was not a token that is bound to the key of another', async () => {
    const key = await newDpopKey();
    const used = await makeProof(key, htu());
    assert.equal((await ask(used)).status, 200);
    await refused(ask(used, THIEF), 'used');
    const fresh = await ask(await makeProof(key, htu()), THIEF);
    assert.deepEqual(decodeJwt(String(fresh.body.access_token)).cnf, { jkt: key.jkt });
  });

  it('of an API, for another method or place, is of no use here', async () => {
    const key = await newDpopKey();
    await refused(ask(await makeProof(key, 'https://api.example.com/data', { htm: 'GET', ath: 'x' })), 'of an API');
    await refused(ask(await makeProof(key, htu(), { htm: 'GET' })), 'GET');
  });

  it('is no client assertion, and an assertion is no proof', async () => {
    const key = await newDpopKey();
    const claims = { iss: THIEF.client_id, sub: THIEF.client_id, aud: `${stack().url}/` };
    const exp = Math.floor(Date.now() / 1000) + 60;
    const both = await makeProof(key, htu(), { ...claims, exp });
    const assertion = { client_secret: undefined, client_assertion: both, client_assertion_type: JWT_BEARER };
    assert.equal((await ask(both, { ...assertion, client_id: undefined })).status, 401);
    await refused(
      ask(await makeProof(key, htu(), { ...claims, exp }, { typ: 'client-authentication+jwt' })),
      'assertion',
    );
  });
});

describe('a confusion of algorithms or keys', () => {
  it('none, and an HMAC by what everybody knows, sign nothing', async () => {
    const [ec, rsa] = [await newDpopKey(), await newDpopKey('PS256')];
    const pem = await exportSPKI(rsa.publicKey);
    for (const alg of ['none', 'None', 'HS256', 'HS384', 'HS512']) {
      for (const secret of [undefined, Buffer.alloc(0), Buffer.from(pem), Buffer.from(rsa.jwk.n ?? '', 'base64url')]) {
        await refused(ask(forgeProof(htu(), { alg, jwk: rsa.jwk }, secret)), alg);
        await refused(ask(forgeProof(htu(), { alg, jwk: ec.jwk }, secret)), alg);
      }
    }
    const k = Buffer.from('secret');
    const oct = { kty: 'oct', k: k.toString('base64url') };
    for (const alg of ['HS256', 'ES256', 'PS256', 'EdDSA']) {
      await refused(ask(forgeProof(htu(), { alg, jwk: oct }, k)), `oct ${alg}`);
      await refused(ask(forgeProof(htu(), { alg, jwk: { kty: 'oct' } }, k)), `oct ${alg}`);
    }
  });

  it('a key is used with its own algorithm alone', async () => {
    const keys = await Promise.all(['ES256', 'ES384', 'EdDSA', 'PS256'].map((alg) => newDpopKey(alg)));
    for (const key of keys) {
      for (const other of keys) {
        if (other === key) continue;
        await refused(ask(await makeProof(key, htu(), {}, { jwk: other.jwk })), `${key.alg} with ${other.alg}`);
        const [, claims = '', signature = ''] = (await makeProof(key, htu())).split('.');
        const header = { typ: 'dpop+jwt', alg: other.alg, jwk: key.jwk };
        const encoded = Buffer.from(JSON.stringify(header)).toString('base64url');
        await refused(ask(`${encoded}.${claims}.${signature}`), `${key.alg} as ${other.alg}`);
      }
    }
  });

  it('a key that is weak, costly or none is refused before anything is computed with it', async () => {
    const key = await newDpopKey();
    const rsa = await newDpopKey('PS256');
    const n = Buffer.from(rsa.jwk.n ?? '', 'base64url');
    const long = (bytes: number): string => Buffer.alloc(bytes, 0xff).toString('base64url');
    const jwks: [string, object][] = [
      ['RSA of 1024 bits', { ...rsa.jwk, n: long(128) }],
      ['RSA of 8192 bits', { ...rsa.jwk, n: long(1_024) }],
      [
        'RSA that zeros make long',
        { ...rsa.jwk, n: Buffer.concat([Buffer.alloc(128), n.subarray(128)]).toString('base64url') },
      ],
      ['RSA with a long exponent', { ...rsa.jwk, e: long(255) }],
      ['RSA with the exponent 1', { ...rsa.jwk, e: 'AQ' }],
      ['RSA with the exponent 3', { ...rsa.jwk, e: 'Aw' }],
      ['RSA in another base64', { ...rsa.jwk, n: `${String(rsa.jwk.n)}=` }],
    ];
    for (const [label, jwk] of jwks) await refused(ask(await makeProof(rsa, htu(), {}, { jwk })), label);
    const others: [string, object][] = [
      ['no point of the curve', { ...key.jwk, y: key.jwk.x }],
      ['the point at infinity', { ...key.jwk, x: long(32), y: long(32) }],
      ['half a point', { kty: 'EC', crv: 'P-256', x: key.jwk.x }],
      ['another curve', { ...key.jwk, crv: 'P-384' }],
      ['a curve of the wrong kind', { ...key.jwk, crv: 'secp256k1' }],
      ['a number too long', { ...key.jwk, x: `A${String(key.jwk.x)}` }],
      ['members that are no text', { ...key.jwk, x: { length: 43 } }],
    ];
    for (const [label, jwk] of others) await refused(ask(await makeProof(key, htu(), {}, { jwk })), label);
    await refused(ask(await makeProof(key, htu(), {}, { jwk: undefined, jku: `${stack().url}/keys` })), 'jku');
    await refused(ask(await makeProof(key, htu(), {}, { jwk: undefined, kid: 'kid', x5c: ['x'] })), 'x5c');
  });

  it('a private key in a proof is told of, and not repeated anywhere', async () => {
    const rsa = await newDpopKey('PS256');
    const d = Buffer.from(randomUUID()).toString('base64url');
    const { status, body } = await ask(await makeProof(rsa, htu(), {}, { jwk: { ...rsa.jwk, d } }));
    assert.deepEqual([status, body.error], [400, 'invalid_dpop_proof']);
    assert.match(String(body.error_description), /private key/);
    assert(!JSON.stringify(body).includes(d) && !stack().output().includes(d));
  });
});

it('an htu that looks like the endpoint and is another place is refused', async () => {
  const key = await newDpopKey();
  const { host, hostname, port } = new URL(stack().url);
  for (const other of [
    ...['/oauth/token/', '/oauth//token', '//oauth/token', '/oauth/token/..', '/oauth/token%2F', '/oauth%2Ftoken'],
    ...['/oauth/token;x', '/OAUTH/TOKEN', '/oauth/token%00', '/oauth/token%20', '/oauth/%2574oken', '/oauth/token\\'],
    ...['\\oauth\\token', '/oauth/to\tken', '/oauth/token\n', ' /oauth/token', '/oauth/token ', '/oauth/tök'],
  ].map((path) => `http://${host}${path}`)) {
    await refused(ask(await makeProof(key, other)), other);
  }
  for (const other of [
    ...[`http://user@${host}/oauth/token`, `http://user:word@${host}/oauth/token`, `http:/${host}/oauth/token`],
    ...[
      `http:${host}/oauth/token`,
      `//${host}/oauth/token`,
      '/oauth/token',
      'oauth/token',
      `https://${host}/oauth/token`,
    ],
    ...[
      `http://${hostname}/oauth/token`,
      `http://${hostname}.:${port}/oauth/token`,
      `http://${host}@example.com/oauth/token`,
    ],
    ...[`http://example.com/oauth/token?http://${host}/oauth/token`, `http://example.com#@${host}/oauth/token`],
    ...[`http:\\\\${host}\\oauth\\token`, `ftp://${host}/oauth/token`, `javascript://${host}/oauth/token`],
    ...[`http://example.com\\@${host}/oauth/token`, `${second.url}/oauth/token`],
  ]) {
    await refused(ask(await makeProof(key, other)), other);
  }
});

it('the Host and forwarding headers of a request decide nothing about the htu', async () => {
  const proof = await makeProof(await newDpopKey(), 'https://evil.example.com/oauth/token');
  const headers = {
    DPoP: proof,
    'X-Forwarded-Host': 'evil.example.com',
    'X-Forwarded-Proto': 'https',
    Forwarded: 'host=evil.example.com;proto=https',
  };
  await refused(requestToken(stack(), { audience: BOUND }, headers), 'forwarded');
});

describe('a huge proof', () => {
  it('is refused by its length, whatever is in it', async () => {
    const key = await newDpopKey();
    await refused(ask(await makeProof(key, htu(), { jti: 'x'.repeat(4_000) })), 'jti');
    await refused(ask(await makeProof(key, htu(), { more: '['.repeat(2_000) + ']'.repeat(2_000) })), 'nested');
    await refused(ask('a.'.repeat(3_000)), 'dots');
    assert.equal((await ask(await makeProof(key, htu(), { jti: 'x'.repeat(1_000) }))).status, 200);
  });

  it('that no head of a request has room for is refused by the server, which goes on', async () => {
    const answer = await fetch(htu(), { method: 'POST', headers: { DPoP: 'x'.repeat(40_000) } });
    assert.equal(answer.status, 431);
    assert.equal((await ask(await makeProof(await newDpopKey(), htu()))).status, 200);
  });
});

it('strangers have no signature verified, and use up no jti of others', async () => {
  const key: DpopKey = await newDpopKey();
  const proof = await makeProof(key, htu());
  const forged = `${proof.slice(0, -8)}AAAAAAAA`;
  for (const sent of [proof, forged]) {
    assert.equal((await ask(sent, { client_secret: 'wrong' })).status, 401);
    assert.equal((await ask(sent, { client_id: 'nobody' })).status, 401);
  }
  await refused(ask(forged), 'forged');
  assert.equal((await ask(proof)).status, 200);
});
