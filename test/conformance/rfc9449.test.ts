import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { decodeJwt, exportJWK } from 'jose';
import { allowInsecureRequests, clientCredentialsGrant, discovery, getDPoPHandle } from 'openid-client';
import { makeProof, newDpopKey, type DpopKey } from '../support/dpop.ts';
import { rawPost, sendRaw } from '../support/raw-http.ts';
import { requestToken, type TokenAnswer } from '../support/token-request.ts';
import { addApi } from '../support/tenant-fixtures.ts';
import { withStack } from '../support/with-stack.ts';

const BOUND = 'https://bound.example.com/';
const stack = withStack({ hook: null }, async (started) => {
  const proof_of_possession = { mechanism: 'dpop', required: false } as const;
  await addApi(started, { identifier: BOUND, proof_of_possession, token_dialect: 'rfc9068_profile' }, ['read:data']);
});

let key: DpopKey;
before(async () => {
  key = await newDpopKey();
});

const htu = (): string => `${stack().url}/oauth/token`;
const askWith = (proof: string): Promise<TokenAnswer> => requestToken(stack(), { audience: BOUND }, { DPoP: proof });
const ask = async (claims: object = {}, header: object = {}, by = key): Promise<TokenAnswer> =>
  askWith(await makeProof(by, htu(), { ...claims }, { ...header }));

async function refused(answer: Promise<TokenAnswer>, what: RegExp): Promise<void> {
  const { status, body } = await answer;
  assert.deepEqual([status, body.error], [400, 'invalid_dpop_proof'], JSON.stringify(body));
  assert.match(String(body.error_description), what);
}

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

describe('RFC 9449 §5 DPoP access token request', () => {
  it('"The access token response MUST include a token_type of DPoP", and §6.1 the token has the thumbprint of the key', async () => {
    const { status, body } = await ask();
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.token_type, 'DPoP');
    assert.deepEqual(decodeJwt(String(body.access_token)).cnf, { jkt: key.jkt });
  });

  it('without a proof the token is a bearer token, and has no cnf', async () => {
    const { body } = await requestToken(stack(), { audience: BOUND });
    assert.deepEqual([body.token_type, decodeJwt(String(body.access_token)).cnf], ['Bearer', undefined]);
  });

  it('§5.1 dpop_signing_alg_values_supported: each of them, and no other, makes a proof', async () => {
    const response = await fetch(`${stack().url}/.well-known/oauth-authorization-server`);
    const { dpop_signing_alg_values_supported: algs } = (await response.json()) as Record<string, unknown>;
    assert.deepEqual(algs, ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256']);
    for (const alg of algs) {
      const by = await newDpopKey(alg);
      const { status, body } = await ask({}, {}, by);
      assert.equal(status, 200, `${alg}: ${JSON.stringify(body)}`);
      assert.deepEqual(decodeJwt(String(body.access_token)).cnf, { jkt: by.jkt });
    }
    for (const alg of ['RS256', 'ES512', 'PS384', 'PS512', 'RS512']) {
      await refused(ask({}, {}, await newDpopKey(alg)), /must be signed with ES256/);
    }
  });
});

describe('RFC 9449 §4.3 Checking DPoP proofs', () => {
  it('1. "There is not more than one DPoP HTTP request header field."', async () => {
    const proofs = [await makeProof(key, htu()), await makeProof(key, htu())];
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: stack().clientId,
      client_secret: stack().clientSecret,
      audience: BOUND,
    }).toString();
    const headers = [
      'Content-Type: application/x-www-form-urlencoded',
      `Content-Length: ${String(Buffer.byteLength(body))}`,
      ...proofs.map((proof) => `DPoP: ${proof}`),
    ];
    const answer = await sendRaw(stack().url, rawPost(headers, body));
    const { error, error_description } = JSON.parse(answer?.body ?? '{}') as Record<string, string>;
    assert.deepEqual([answer?.status, error], [400, 'invalid_dpop_proof']);
    assert.match(error_description ?? '', /sent once/);
    await refused(askWith(proofs.join(', ')), /is no JWT/);
    await refused(askWith(proofs.join(',')), /is no JWT/);
  });

  it('2. "The DPoP HTTP request header field value is a single and well-formed JWT."', async () => {
    const proof = await makeProof(key, htu());
    const [header = '', claims = '', signature = ''] = proof.split('.');
    for (const malformed of ['', 'x', '..', `${header}.${claims}`, `${proof}.`, `${proof}=`, `${proof}.${signature}`]) {
      await refused(askWith(malformed), /is no JWT/);
    }
    await refused(askWith(`${header}.${Buffer.from('[]').toString('base64url')}.${signature}`), /is no JWT/);
  });

  for (const name of ['jti', 'htm', 'htu', 'iat']) {
    it(`3. "All required claims … are contained in the JWT": ${name}`, async () => {
      await refused(ask({ [name]: undefined }), new RegExp(name));
      for (const other of [null, {}, [], true, '']) await refused(ask({ [name]: other }), new RegExp(name));
    });
  }

  it('4. "The typ JOSE Header Parameter has the value dpop+jwt."', async () => {
    for (const typ of [undefined, 'JWT', 'at+jwt', 'client-authentication+jwt', '']) {
      await refused(ask({}, { typ }), /must have the typ dpop\+jwt/);
    }
  });

  it('5. "The alg … indicates a registered asymmetric digital signature algorithm, is not none, is supported"', async () => {
    const [, claims = '', signature = ''] = (await makeProof(key, htu())).split('.');
    for (const alg of [undefined, 'none', 'HS256', 'RS256', 'es256', 'ES256K', '', 7]) {
      const header = Buffer.from(JSON.stringify({ typ: 'dpop+jwt', jwk: key.jwk, alg })).toString('base64url');
      await refused(askWith(`${header}.${claims}.${signature}`), /must be signed with/);
    }
  });

  it('6. "The JWT signature verifies with the public key contained in the jwk JOSE Header Parameter."', async () => {
    const other = await newDpopKey();
    await refused(ask({}, { jwk: other.jwk }), /is not signed with the key in its jwk/);
    const [header = '', , signature = ''] = (await makeProof(key, htu())).split('.');
    const [, claims = ''] = (await makeProof(key, htu())).split('.');
    await refused(askWith(`${header}.${claims}.${signature}`), /is not signed with the key in its jwk/);
    await refused(askWith(`${header}.${claims}.`), /is not signed with the key in its jwk/);
    for (const jwk of [undefined, null, 'x', [], {}]) await refused(ask({}, { jwk }), /jwk/);
  });

  it('7. "The jwk JOSE Header Parameter does not contain a private key."', async () => {
    const jwk = await exportJWK(key.privateKey);
    await refused(ask({}, { jwk }), /has a private key in its jwk/);
    const rsa = await newDpopKey('PS256');
    for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) {
      await refused(ask({}, { jwk: { ...rsa.jwk, [member]: 'AA' } }, rsa), /has a private key in its jwk/);
    }
  });

  it('8. "The htm claim matches the HTTP method of the current request."', async () => {
    for (const htm of ['GET', 'post', 'POST ', 'PUT']) await refused(ask({ htm }), /must have the htm POST/);
  });

  it('9. "The htu claim matches the HTTP URI value …, ignoring any query and fragment parts."', async () => {
    const { host } = new URL(stack().url);
    for (const same of [`${htu()}?a=b`, `${htu()}#x`, `HTTP://${host}/oauth/./x/../%74oken`]) {
      assert.equal((await ask({ htu: same })).status, 200, same);
    }
    for (const other of [
      `${htu()}/`,
      `${stack().url}/`,
      `https://${host}/oauth/token`,
      'https://example.com/oauth/token',
    ]) {
      await refused(ask({ htu: other }), /must have the htu http/);
    }
  });

  it('11. "The creation time of the JWT, as determined by … iat …, is within an acceptable window."', async () => {
    for (const seconds of [-50, -10, 10, 50]) assert.equal((await ask({ iat: nowSeconds() + seconds })).status, 200);
    for (const seconds of [-3_600, -65, 65, 3_600]) {
      await refused(ask({ iat: nowSeconds() + seconds }), /must have an iat of now/);
    }
    assert.equal((await ask({ nbf: nowSeconds(), exp: nowSeconds() + 60 })).status, 200);
    await refused(ask({ exp: nowSeconds() - 20 }), /has expired/);
    await refused(ask({ nbf: nowSeconds() + 20 }), /is not valid yet/);
  });
});

describe('RFC 9449 §11.1 DPoP proof replay', () => {
  it('a jti of a key is good once, and another key may have the same', async () => {
    const proof = await makeProof(key, htu(), { jti: 'the-same' });
    assert.equal((await askWith(proof)).status, 200);
    await refused(askWith(proof), /was used before/);
    await refused(ask({ jti: 'the-same' }), /was used before/);
    assert.equal((await ask({ jti: 'the-same' }, {}, await newDpopKey())).status, 200);
  });

  it('a proof that somebody else could make has not used up a jti', async () => {
    const other = await newDpopKey();
    await refused(ask({ jti: 'mine' }, { jwk: key.jwk }, other), /is not signed/);
    assert.equal((await ask({ jti: 'mine' })).status, 200);
  });
});

describe('openid-client, as published', () => {
  it('gets a token that is bound to its key', async () => {
    const { url, clientId, clientSecret } = stack();
    const issuer = new URL(`${url}/`);
    // The stack speaks HTTP, on the loopback address.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    const insecure = { execute: [allowInsecureRequests] };
    const config = await discovery(issuer, clientId, clientSecret, undefined, insecure);
    const DPoP = getDPoPHandle(config, { privateKey: key.privateKey, publicKey: key.publicKey });
    const token = await clientCredentialsGrant(config, { audience: BOUND }, { DPoP });
    assert.equal(token.token_type, 'dpop');
    assert.deepEqual(decodeJwt(token.access_token).cnf, { jkt: key.jkt });
  });
});
