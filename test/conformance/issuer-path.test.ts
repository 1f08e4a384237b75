import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { startAnother, type AnotherService } from '../support/another-service.ts';
import { withStack } from '../support/with-stack.ts';

/** Not where it is reached: of a proxy in front it keeps the path, whose name need not be its own. */
const issuer = 'https://example.com/tenants/auth/';
let gateway: AnotherService;
// Before the stack that it belongs to.
after(() => gateway.stop());
const stack = withStack({ hook: null }, async (started) => {
  gateway = await startAnother(started, 'gateway', { env: { HOOKMINT_ISSUER: issuer } });
});

const PATH = '/tenants/auth';
const get = (path: string): Promise<Response> => fetch(`${gateway.url}${path}`);

describe('an issuer with a path', () => {
  for (const path of [
    `/.well-known/oauth-authorization-server${PATH}`,
    `/.well-known/oauth-authorization-server${PATH}/`,
    `/.well-known/openid-configuration${PATH}`,
    `${PATH}/.well-known/openid-configuration`,
    `${PATH}/.well-known/oauth-authorization-server`,
  ]) {
    it(`RFC 8414 §3.1: has its metadata at ${path}`, async () => {
      const response = await get(path);
      assert.equal(response.status, 200);
      const { issuer: told, token_endpoint, jwks_uri } = (await response.json()) as Record<string, string>;
      assert.deepEqual(
        [told, token_endpoint, jwks_uri],
        [issuer, `${issuer}oauth/token`, `${issuer}.well-known/jwks.json`],
      );
    });
  }

  it('gives tokens below its path, and their keys', async () => {
    const { clientId, clientSecret, audience } = stack();
    const credentials = { client_id: clientId, client_secret: clientSecret };
    const body = new URLSearchParams({ grant_type: 'client_credentials', audience, ...credentials });
    const response = await fetch(`${gateway.url}${PATH}/oauth/token?x=1`, { method: 'POST', body });
    const { access_token = '' } = (await response.json()) as { access_token?: string };
    const keys = createRemoteJWKSet(new URL(`${gateway.url}${PATH}/.well-known/jwks.json`));
    await jwtVerify(access_token, keys, { issuer, audience });
    assert.equal((await get(`${PATH}/api/v2/clients`)).status, 401);
  });

  it('has nothing below another path', async () => {
    for (const path of ['/tenants/authority/pem', '/tenants/pem', '/.well-known/openid-configuration/tenants']) {
      assert.equal((await get(path)).status, 404, path);
    }
  });
});

describe('what is public', () => {
  for (const path of [
    '/.well-known/jwks.json',
    '/.well-known/oauth-authorization-server',
    '/.well-known/openid-configuration',
    '/pem',
    '/cer',
  ]) {
    it(`can be read by any page: ${path}`, async () => {
      const { status, headers } = await fetch(`${stack().url}${path}`, { headers: { origin: 'https://page.example' } });
      const seen = ['access-control-allow-origin', 'cross-origin-resource-policy', 'access-control-allow-credentials'];
      assert.deepEqual([status, ...seen.map((name) => headers.get(name))], [200, '*', 'cross-origin', null]);
    });
  }

  it('is nothing else', async () => {
    for (const path of ['/authorize', '/oauth/token', '/api/v2/clients', '/nowhere']) {
      const { headers } = await fetch(`${stack().url}${path}`, { headers: { origin: 'https://page.example' } });
      assert.equal(headers.get('access-control-allow-origin'), null, path);
    }
  });

  it('has the certificate of the key that signs, as Auth0 has it at /pem and /cer', async () => {
    const jwks = (await (await fetch(`${stack().url}/.well-known/jwks.json`)).json()) as {
      keys: { alg: string; x5c: string[] }[];
    };
    const [der = ''] = jwks.keys.find(({ alg }) => alg === 'RS256')?.x5c ?? [];
    const pem = await fetch(`${stack().url}/pem`);
    assert.equal(pem.headers.get('content-type')?.split(';')[0], 'application/x-pem-file');
    assert.equal(new X509Certificate(await pem.text()).raw.toString('base64'), der);
    const cer = await fetch(`${stack().url}/cer`);
    assert.equal(cer.headers.get('content-type'), 'application/pkix-cert');
    assert.equal(Buffer.from(await cer.arrayBuffer()).toString('base64'), der);
  });
});

describe('/authorize', () => {
  it('RFC 6749 §3.1.1: is there for SDKs that look for it, and gives nothing to anybody', async () => {
    const response = await fetch(`${stack().url}/authorize?response_type=code&redirect_uri=https://evil.example/`, {
      redirect: 'manual',
    });
    assert.equal(response.status, 400);
    assert.equal(response.headers.get('location'), null);
    assert.equal(((await response.json()) as { error: string }).error, 'unsupported_response_type');
  });
});
