import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { basic, CHALLENGE, demoRequest, NO_STORE, postToken, refusal, told } from '../support/post-token.ts';
import { addClient } from '../support/tenant-fixtures.ts';
import { requestToken, type TokenAnswer } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

const SPECIAL = { clientId: 'id: +%/ä', clientSecret: 'se:cr+et %&=ä' };
const stack = withStack({ hook: null }, (started) =>
  addClient(started, { client_id: SPECIAL.clientId, token_endpoint_auth_method: 'client_secret_basic' }, [
    SPECIAL.clientSecret,
  ]),
);

const form = (text: string, headers: Record<string, string> = {}): Promise<TokenAnswer> =>
  postToken(stack(), text, { 'content-type': 'application/x-www-form-urlencoded', ...headers });
const demoForm = (): string => new URLSearchParams(demoRequest(stack())).toString();
const without = (...names: string[]): string => {
  const parameters = new URLSearchParams(demoRequest(stack()));
  for (const name of names) parameters.delete(name);
  return parameters.toString();
};
const authorization = (): Record<string, string> => ({
  authorization: basic(stack().clientId, stack().clientSecret),
});

describe('RFC 6749 §2.3.1 Client Password', () => {
  it('"The authorization server MUST support the HTTP Basic authentication scheme"', async () => {
    const answer = await form(without('client_id', 'client_secret'), authorization());
    assert.equal(answer.status, 200);
    assert.equal(answer.body.token_type, 'Bearer');
  });

  it('"The client identifier is encoded using the application/x-www-form-urlencoded encoding algorithm", and so is the password', async () => {
    const { clientId, clientSecret } = SPECIAL;
    const credentials = { authorization: basic(clientId, clientSecret) };
    const answer = await form(without('client_id', 'client_secret'), credentials);
    // Authenticated, and only then found to have no grant.
    assert.equal(answer.status, 403);
    assert.equal(answer.body.error, 'access_denied');
    assert.match(String(answer.body.error_description), /^Client is not authorized to access/);
  });

  it('"MAY support including the client credentials in the request-body"', async () => {
    assert.equal((await form(demoForm())).status, 200);
  });

  it('"The parameters can only be transmitted in the request-body and MUST NOT be included in the request URI"', async () => {
    const credentials = new URLSearchParams({
      client_id: stack().clientId,
      client_secret: stack().clientSecret,
    }).toString();
    const response = await fetch(`${stack().url}/oauth/token?${credentials}`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', audience: stack().audience }),
    });
    const body = (await response.json()) as Record<string, unknown>;
    assert.deepEqual(
      { status: response.status, body },
      { status: 401, body: { error: 'invalid_client', error_description: 'Missing client_id' } },
    );
  });

  for (const [what, header] of [
    ['nothing', 'Basic'],
    ['no base64', 'Basic ~~~~'],
    ['no colon', `Basic ${Buffer.from('nobody').toString('base64')}`],
    ['a broken percent-encoding', `Basic ${Buffer.from('id:100%').toString('base64')}`],
  ] as const) {
    it(`refuses Basic credentials that are ${what}, with a challenge`, async () => {
      const answer = await form(without('client_id', 'client_secret'), { authorization: header });
      assert.equal(answer.status, 401);
      assert.equal(answer.body.error, 'invalid_client');
      assert.equal(answer.headers.get('www-authenticate'), CHALLENGE['www-authenticate']);
    });
  }
});

describe('RFC 6749 §2.3 Client Authentication', () => {
  it('"The client MUST NOT use more than one authentication method in each request"', async () => {
    assert.deepEqual(
      told(await form(demoForm(), authorization())),
      refusal(
        400,
        'invalid_request',
        'Send the client credentials in the Authorization header or in the body, not in both',
      ),
    );
  });
});

describe('RFC 6749 §3.2 Token Endpoint', () => {
  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    it(`"The client MUST use the HTTP "POST" method": ${method} is refused`, async () => {
      const response = await fetch(`${stack().url}/oauth/token?${demoForm()}`, { method });
      assert.deepEqual(
        { status: response.status, allow: response.headers.get('allow'), body: await response.json() },
        { status: 405, allow: 'POST', body: { error: 'method_not_allowed', error_description: 'Use POST' } },
      );
    });
  }

  it('"The client MUST use the HTTP "POST" method": HEAD is refused', async () => {
    const response = await fetch(`${stack().url}/oauth/token`, { method: 'HEAD' });
    assert.deepEqual([response.status, response.headers.get('allow')], [405, 'POST']);
  });

  for (const name of ['grant_type', 'client_id', 'client_secret', 'audience'] as const) {
    it(`"Parameters sent without a value MUST be treated as if they were omitted": ${name}`, async () => {
      const empty = told(await requestToken(stack(), { [name]: '' }));
      assert.deepEqual(empty, told(await requestToken(stack(), { [name]: undefined })));
      assert.notEqual(empty.status, 200);
    });
  }

  it('"Parameters sent without a value MUST be treated as if they were omitted": scope', async () => {
    const answer = await requestToken(stack(), { scope: '' });
    assert.deepEqual([answer.status, answer.body.scope], [200, 'read:data']);
  });

  it('"The authorization server MUST ignore unrecognized request parameters"', async () => {
    const answer = await form(`${demoForm()}&unknown=1&expires_in=999999&sub=admin&token_type=mac`);
    assert.deepEqual(
      [answer.status, answer.body.expires_in, answer.body.token_type, answer.body.scope],
      [200, 86_400, 'Bearer', 'read:data'],
    );
  });

  for (const name of ['grant_type', 'client_id', 'client_secret', 'audience']) {
    it(`"Request and response parameters MUST NOT be included more than once": ${name}`, async () => {
      const value = new URLSearchParams(demoRequest(stack())).get(name) ?? '';
      const answer = await form(`${demoForm()}&${new URLSearchParams({ [name]: value }).toString()}`);
      assert.deepEqual(told(answer), refusal(400, 'invalid_request', `${name} must be a string, sent once`));
    });
  }

  it('"Request and response parameters MUST NOT be included more than once": scope', async () => {
    const { status, body } = await form(`${demoForm()}&scope=read:data&scope=read:data`);
    assert.deepEqual([status, body.error], [400, 'invalid_request']);
  });
});

describe('RFC 6749 §4.4 Client Credentials Grant', () => {
  it('"The client credentials grant type MUST only be used by confidential clients"', async () => {
    await addClient(stack(), { client_id: 'public', token_endpoint_auth_method: 'none' });
    const answer = await requestToken(stack(), { client_id: 'public', client_secret: undefined });
    assert.deepEqual([answer.status, answer.body.error], [403, 'unauthorized_client']);
  });

  for (const wrong of ['Client_Credentials', 'client_credentials ', 'client-credentials', 'password']) {
    it(`"grant_type … Value MUST be set to "client_credentials"": not ${JSON.stringify(wrong)}`, async () => {
      assert.deepEqual(
        told(await requestToken(stack(), { grant_type: wrong })),
        refusal(400, 'unsupported_grant_type', `Unsupported grant type: ${wrong}`),
      );
    });
  }

  it('§4.4.3 "A refresh token SHOULD NOT be included"', async () => {
    const { body } = await requestToken(stack());
    assert.deepEqual(Object.keys(body).sort(), ['access_token', 'expires_in', 'scope', 'token_type']);
  });
});

describe('RFC 6749 §5.1 Successful Response', () => {
  it('gives 200, JSON, REQUIRED access_token and token_type, RECOMMENDED expires_in', async () => {
    const { status, headers, body } = await requestToken(stack());
    const { access_token, ...rest } = body;
    assert.deepEqual(
      { status, type: headers.get('content-type'), rest },
      {
        status: 200,
        type: 'application/json; charset=utf-8',
        rest: { scope: 'read:data', expires_in: 86_400, token_type: 'Bearer' },
      },
    );
    assert.match(String(access_token), /^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it('"MUST include the HTTP "Cache-Control" response header field with a value of "no-store" … as well as the "Pragma""', async () => {
    const { headers } = told(await requestToken(stack()));
    assert.deepEqual(headers, NO_STORE);
  });
});

describe('RFC 6749 §5.2 Error Response', () => {
  it('"If the client attempted to authenticate via the "Authorization" request header field, the authorization server MUST respond with 401 and include the "WWW-Authenticate""', async () => {
    const credentials = { authorization: basic(stack().clientId, 'wrong') };
    assert.deepEqual(
      told(await form(without('client_id', 'client_secret'), credentials)),
      refusal(401, 'access_denied', 'Unauthorized', CHALLENGE),
    );
  });

  it('invalid_request: "includes multiple credentials, utilizes more than one mechanism for authenticating the client"', async () => {
    const answer = await form(without('client_secret').replace(stack().clientId, 'somebody-else'), authorization());
    assert.deepEqual([answer.status, answer.body.error], [400, 'invalid_request']);
  });

  it('"The parameters are included in the entity-body … using the "application/json" media type"', async () => {
    for (const parameters of [{ grant_type: 'nothing' }, { client_secret: 'wrong' }, { audience: 'unknown' }]) {
      const answer = await requestToken(stack(), parameters);
      assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8');
      assert.deepEqual(told(answer).headers, NO_STORE);
      assert.deepEqual(Object.keys(answer.body), ['error', 'error_description']);
    }
  });

  it('does not say whether the client is unknown or its secret wrong', async () => {
    const answers = [
      await requestToken(stack(), { client_secret: 'wrong' }),
      await requestToken(stack(), { client_id: 'unknown' }),
      await requestToken(stack(), { client_secret: undefined }),
    ];
    for (const answer of answers) assert.deepEqual(told(answer), refusal(401, 'access_denied', 'Unauthorized'));
  });
});
