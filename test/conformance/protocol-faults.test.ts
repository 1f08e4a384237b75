import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rawPost, sendRaw } from '../support/raw-http.ts';
import { withStack } from '../support/with-stack.ts';

// Requests as no library sends them, each with what its RFC says.

const stack = withStack({ hook: null });

const FORM = 'Content-Type: application/x-www-form-urlencoded';
const basic = (id: string, secret: string): string =>
  `Authorization: Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

function form(more: Record<string, string> = {}): string {
  return new URLSearchParams({ grant_type: 'client_credentials', audience: stack().audience, ...more }).toString();
}
const credentials = () => ({ client_id: stack().clientId, client_secret: stack().clientSecret });
const right = (): string => basic(stack().clientId, stack().clientSecret);

async function post(headers: string[], body: string, target = '/oauth/token') {
  const bytes = rawPost([FORM, `Content-Length: ${String(Buffer.byteLength(body))}`, ...headers], body);
  const answer = await sendRaw(stack().url, bytes.replace('POST /oauth/token', `POST ${target}`));
  assert(answer !== undefined);
  return { status: answer.status, body: JSON.parse(answer.body) as { error?: string; error_description?: string } };
}

describe('RFC 6749 §2.3: "The client MUST NOT use more than one authentication method in each request"', () => {
  it('two Authorization headers are refused, whichever is right', async () => {
    const wrong = basic(stack().clientId, 'wrong');
    for (const headers of [
      [right(), wrong],
      [wrong, right()],
      [right(), right()],
      ['Authorization: Bearer x', right()],
    ]) {
      const { status, body } = await post(headers, form());
      assert.deepEqual([status, body.error], [400, 'invalid_request'], headers.join());
    }
    assert.equal((await post([right()], form())).status, 200);
  });

  it('a Basic scheme with nothing behind it is one, and not the credentials of the body', async () => {
    for (const header of ['Authorization: Basic', 'Authorization: basic ']) {
      assert.equal((await post([header], form())).status, 401);
      const { status } = await post([header], form(credentials()));
      assert(status === 400 || status === 401, header);
    }
  });
});

describe('RFC 9112 §3.2.2: "A server MUST accept the absolute-form in requests"', () => {
  for (const target of ['http://localhost/oauth/token', 'HTTPS://elsewhere.example:1/oauth/token?x=y']) {
    it(`POST ${target} is a token request`, async () => {
      assert.equal((await post([], form(credentials()), target)).status, 200);
    });
  }

  it('and nothing else becomes one', async () => {
    for (const target of [
      'http://localhost',
      'http://localhost/oauth',
      'http:///oauth/token',
      'ftp://localhost/oauth/token',
    ]) {
      assert.notEqual((await post([], form(credentials()), target)).status, 200, target);
    }
  });
});

describe('RFC 6749 §5.2: "Values for the "error_description" parameter MUST NOT include characters outside the set"', () => {
  const ALLOWED = /^[\x20\x21\x23-\x5B\x5D-\x7E]{1,300}$/;
  const odd = '"<>\\\n\u2603\u202e';

  for (const [what, parameters] of [
    ['grant_type', { grant_type: `x${odd}` }],
    ['audience', { audience: `x${odd}` }],
    ['scope', { scope: `x${odd}` }],
    ['a long grant_type', { grant_type: 'x'.repeat(20_000) }],
    ['a long scope', { scope: 'x'.repeat(20_000) }],
  ] as const) {
    it(`of ${what} that was sent, a part at most is repeated`, async () => {
      const { status, body } = await post([], form({ ...credentials(), ...parameters }));
      assert(status === 400 || status === 403, String(status));
      assert.match(body.error_description ?? '', ALLOWED);
    });
  }

  it('no secret that was joined to another parameter by ; comes back', async () => {
    for (const name of ['grant_type', 'audience', 'scope']) {
      const { body } = await post([], form({ ...credentials(), [name]: `x;client_secret=${stack().clientSecret}` }));
      assert(body.error_description?.includes(stack().clientSecret) === false, name);
    }
  });
});
