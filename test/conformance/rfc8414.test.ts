import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';
import { decodeJwt } from 'jose';

const stack = withStack({ hook: null });
const WELL_KNOWN = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'];

const METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'];
const ALGS = ['RS256', 'RS384', 'PS256', 'PS384', 'ES256', 'ES384', 'EdDSA', 'Ed25519'];

const read = async (path: string) => {
  const response = await fetch(`${stack().url}${path}`);
  return { response, metadata: (await response.json()) as Record<string, unknown> };
};

describe('RFC 8414 §2 Authorization Server Metadata', () => {
  for (const path of WELL_KNOWN) {
    it(`is all of this at ${path}, and nothing that is not there`, async () => {
      const { url } = stack();
      const { response, metadata } = await read(path);
      assert.equal(response.status, 200);
      assert.deepEqual(metadata, {
        issuer: `${url}/`,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/oauth/token`,
        jwks_uri: `${url}/.well-known/jwks.json`,
        grant_types_supported: [
          'client_credentials',
          'urn:ietf:params:oauth:grant-type:token-exchange',
          'urn:ietf:params:oauth:grant-type:jwt-bearer',
        ],
        response_types_supported: ['none'],
        token_endpoint_auth_methods_supported: METHODS,
        token_endpoint_auth_signing_alg_values_supported: ALGS,
        ...Object.fromEntries(
          ['introspection', 'revocation'].flatMap((what) => [
            [`${what}_endpoint`, `${url}/oauth/${what === 'revocation' ? 'revoke' : 'introspect'}`],
            [`${what}_endpoint_auth_methods_supported`, METHODS],
            [`${what}_endpoint_auth_signing_alg_values_supported`, ALGS],
          ]),
        ),
        dpop_signing_alg_values_supported: ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      });
    });
  }

  it('"issuer … a URL that uses … no query or fragment components"', async () => {
    const issuer = new URL(String((await read('/.well-known/oauth-authorization-server')).metadata.issuer));
    assert.deepEqual([issuer.search, issuer.hash], ['', '']);
  });

  it('jwks_uri: "The referenced document contains the signing key(s) the client uses to validate signatures"', async () => {
    const { metadata } = await read('/.well-known/oauth-authorization-server');
    const response = await fetch(String(metadata.jwks_uri));
    assert.equal(response.status, 200);
    assert.ok(Array.isArray(((await response.json()) as { keys: unknown }).keys));
  });

  it('token_endpoint: issues tokens whose iss is the issuer', async () => {
    const { metadata } = await read('/.well-known/oauth-authorization-server');
    assert.equal(metadata.token_endpoint, `${stack().url}/oauth/token`);
    const { body } = await requestToken(stack());
    assert.equal(decodeJwt(String(body.access_token)).iss, metadata.issuer);
  });
});

describe('RFC 8414 §3 Obtaining Authorization Server Metadata', () => {
  for (const path of WELL_KNOWN) {
    it(`"MUST be queried using an HTTP "GET" request" at ${path}`, async () => {
      const response = await fetch(`${stack().url}${path}`, { method: 'POST' });
      assert.deepEqual(
        { status: response.status, allow: response.headers.get('allow'), body: await response.json() },
        {
          status: 405,
          allow: 'GET, HEAD',
          body: { error: 'method_not_allowed', error_description: 'Use GET, HEAD' },
        },
      );
    });

    it(`§3.2 "MUST use the 200 OK HTTP status code and return a JSON object using the "application/json" content type" at ${path}`, async () => {
      const { response } = await read(path);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
      assert.equal(response.headers.get('cache-control'), 'public, max-age=300');
    });
  }

  it('§3.3 "The "issuer" value returned MUST be identical to the authorization server’s issuer identifier value into which the well-known URI string was inserted"', async () => {
    const { metadata } = await read('/.well-known/oauth-authorization-server');
    assert.equal(
      new URL('.well-known/oauth-authorization-server', String(metadata.issuer)).href,
      `${stack().url}/.well-known/oauth-authorization-server`,
    );
  });
});
