import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openManagement } from '../support/management.ts';
import { sendRaw } from '../support/raw-http.ts';
import { withStack } from '../support/with-stack.ts';

// What every answer says to whoever renders it, also those that are errors, or come from before the application.

let token = '';
const stack = withStack({ hook: null }, async (started) => {
  token = (await openManagement(started)).token;
});

const POLICY = "default-src 'none';frame-ancestors 'none'";
/** Names and versions of what serves, which are nobody's business. */
const SILENT = ['x-powered-by', 'server', 'via', 'etag', 'set-cookie', 'x-hookmint-changes'];

type Asked = [what: string, status: number, lines: string[], body?: string];

const json = 'Content-Type: application/json';
const api = ['Authorization: Bearer {token}'];
const long = 'x'.repeat(1_200_000);

const ASKED: Asked[] = [
  ['the metadata', 200, ['GET /.well-known/oauth-authorization-server HTTP/1.1']],
  ['the public keys', 200, ['GET /.well-known/jwks.json HTTP/1.1']],
  ['a refused token', 401, ['POST /oauth/token HTTP/1.1', json], '{"grant_type":"client_credentials","client_id":"x"}'],
  ['a token request that is no JSON', 400, ['POST /oauth/token HTTP/1.1', json], '{'],
  ['a token request of another type', 415, ['POST /oauth/token HTTP/1.1', `${json}; charset=x`], '{}'],
  ['a token request that is too long', 413, ['POST /oauth/token HTTP/1.1', json], `"${long}"`],
  ['another method', 405, ['GET /oauth/token HTTP/1.1']],
  ['another path', 404, ['GET /nothing HTTP/1.1']],
  ['a path that is no path', 404, ['GET /%zz HTTP/1.1']],
  ['health', 200, ['GET /healthz HTTP/1.1']],
  ['readiness', 200, ['GET /readyz HTTP/1.1']],
  ['an expectation', 417, ['GET /healthz HTTP/1.1', 'Expect: a miracle']],
  ['no HTTP', 400, ['GET / HTTP/1.1', 'a header without a colon']],
  ['headers that are too long', 431, ['GET / HTTP/1.1', `X: ${'x'.repeat(20_000)}`]],
  ['the Management API', 200, ['GET /api/v2/clients HTTP/1.1', ...api]],
  ['the Management API without a token', 401, ['GET /api/v2/clients HTTP/1.1']],
  ['the Management API, another path', 404, ['GET /api/v2/nothing HTTP/1.1', ...api]],
  ['the Management API, another method', 405, ['PUT /api/v2/clients HTTP/1.1', ...api]],
  ['the Management API, no JSON', 400, ['POST /api/v2/clients HTTP/1.1', json, ...api], '{'],
  [
    'the Management API, a body that is too long',
    413,
    ['POST /api/v2/clients HTTP/1.1', json, ...api],
    `"${long.repeat(10)}"`,
  ],
  ['the Management API, a write', 201, ['POST /api/v2/clients HTTP/1.1', json, ...api], '{"name":"written"}'],
  ['the description of the API', 200, ['GET /openapi.json HTTP/1.1']],
];

describe('Security headers', () => {
  for (const [what, status, lines, body = ''] of ASKED) {
    it(what, async () => {
      const [first = '', ...rest] = lines.map((line) => line.replace('{token}', token));
      const length = body === '' ? [] : [`Content-Length: ${String(body.length)}`];
      const request = [first, 'Host: x', ...rest, ...length, '', body].join('\r\n');
      const answer = await sendRaw(stack().url, request);
      assert.ok(answer !== undefined, 'hung up');
      assert.equal(answer.status, status, answer.body);
      const { headers } = answer;
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['content-security-policy'], POLICY);
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.match(headers['content-type'] ?? '', /^application\/json/);
      const isCached = first.startsWith('GET /.well-known') || first.startsWith('GET /openapi');
      if (!isCached) assert.equal(headers['cache-control'], 'no-store');
      // Over HTTP it would be ignored, and on localhost it would bind every other server there.
      assert.equal(headers['strict-transport-security'], undefined);
      // Clients in a browser read metadata and keys; nothing else is for a page of another origin.
      assert.equal(headers['access-control-allow-origin'], first.startsWith('GET /.well-known') ? '*' : undefined);
      assert.deepEqual(
        SILENT.filter((name) => headers[name] !== undefined),
        [],
      );
    });
  }
});
