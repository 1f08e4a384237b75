import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'openid-client';
import { basic, CHALLENGE, demoRequest, NO_STORE, postJson, postToken, refusal, told } from '../support/post-token.ts';
import { rawPost, sendRaw } from '../support/raw-http.ts';
import { addApi, addClient } from '../support/tenant-fixtures.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';
import { tenantIn } from '../../shared/store/tenant.ts';

const ES256_API = 'https://es256.example.com/';
const NO_SCOPES_API = 'https://no-scopes.example.com/';
const NO_GRANT_API = 'https://no-grant.example.com/';
const SHORT_API = 'urn:example:short';

const stack = withStack({ own: true }, async (started) => {
  await addApi(started, { identifier: ES256_API, signing_alg: 'ES256' }, ['read:data']);
  await addApi(started, { identifier: NO_SCOPES_API }, []);
  await addApi(started, { identifier: NO_GRANT_API });
  await addApi(started, { identifier: SHORT_API, token_lifetime_seconds: 60 }, ['a', 'b']);
  await addClient(started, { client_id: 'public', token_endpoint_auth_method: 'none' });
  await addClient(started, { client_id: 'no-client-credentials', grant_types: ['authorization_code'] }, ['secret']);
  await addClient(started, { client_id: 'no-secret' });
});

const discover = (authentication: oauth.ClientAuth): Promise<oauth.Configuration> =>
  oauth.discovery(new URL(`${stack().url}/`), stack().clientId, undefined, authentication, {
    // Plain http, on the loopback interface.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    execute: [oauth.allowInsecureRequests],
  });
const verify = (config: oauth.Configuration, token: string, audience: string) =>
  jwtVerify(token, createRemoteJWKSet(new URL(String(config.serverMetadata().jwks_uri))), {
    issuer: config.serverMetadata().issuer,
    audience,
  });

describe('an M2M client of independent libraries', () => {
  for (const [method, authentication] of [
    ['client_secret_post', oauth.ClientSecretPost],
    ['client_secret_basic', oauth.ClientSecretBasic],
  ] as const) {
    it(`discovers the service, gets a token by ${method}, and verifies exactly what the contract promises`, async () => {
      const config = await discover(authentication(stack().clientSecret));
      const before = Math.floor(Date.now() / 1000);
      const answer = await oauth.clientCredentialsGrant(config, { audience: stack().audience });
      const { access_token, ...rest } = answer;
      // The library spells every token type in lower case.
      assert.deepEqual({ ...rest }, { scope: 'read:data extra', expires_in: 86_400, token_type: 'bearer' });

      const { payload, protectedHeader } = await verify(config, access_token, stack().audience);
      const { kid, ...header } = protectedHeader;
      assert.deepEqual(header, { alg: 'RS256', typ: 'JWT' });
      assert.match(String(kid), /^[\w-]{43}$/);
      const { iat, exp, ...claims } = payload;
      assert.deepEqual(claims, {
        iss: `${stack().url}/`,
        sub: `${stack().clientId}@clients`,
        aud: stack().audience,
        scope: 'read:data extra',
        gty: 'client-credentials',
        azp: stack().clientId,
        'https://foo.com/claim': 'bar',
      });
      assert.equal((exp ?? 0) - (iat ?? 0), 86_400);
      assert.ok((iat ?? 0) >= before && (iat ?? 0) <= Date.now() / 1000);
    });
  }

  it('gets ES256 where the API says so', async () => {
    const config = await discover(oauth.ClientSecretPost(stack().clientSecret));
    const { access_token } = await oauth.clientCredentialsGrant(config, { audience: ES256_API });
    const { protectedHeader, payload } = await verify(config, access_token, ES256_API);
    const { kid, ...header } = protectedHeader;
    assert.deepEqual(header, { alg: 'ES256', typ: 'JWT' });
    assert.match(String(kid), /^[\w-]{43}$/);
    assert.equal(payload['https://foo.com/claim'], 'bar');
  });

  it('is told an error as the protocol has it', async () => {
    const config = await discover(oauth.ClientSecretPost(stack().clientSecret));
    await assert.rejects(oauth.clientCredentialsGrant(config, { audience: 'https://unknown/' }), {
      name: 'ResponseBodyError',
      status: 403,
      error: 'access_denied',
      error_description: 'Service not found: https://unknown/',
    });
  });

  it('is told a wrong Basic secret as the protocol has it', async () => {
    const config = await discover(oauth.ClientSecretBasic('wrong'));
    await assert.rejects(oauth.clientCredentialsGrant(config, { audience: stack().audience }), (error) => {
      assert.ok(error instanceof oauth.WWWAuthenticateChallengeError || error instanceof oauth.ResponseBodyError);
      assert.equal(error.status, 401);
      return true;
    });
  });
});

describe('success (contract §2.2)', () => {
  it('is the same for a form and for JSON', async () => {
    for (const answer of [await requestToken(stack()), await postJson(stack())]) {
      const { access_token, ...rest } = answer.body;
      assert.equal(typeof access_token, 'string');
      assert.deepEqual(
        { status: answer.status, rest, headers: told(answer).headers },
        {
          status: 200,
          rest: { scope: 'read:data extra', expires_in: 86_400, token_type: 'Bearer' },
          headers: NO_STORE,
        },
      );
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
      // It is of no use, and not to be sent, without TLS (RFC 6797 §7.2).
      assert.equal(answer.headers.get('strict-transport-security'), null);
      assert.equal(answer.headers.get('x-powered-by'), null);
    }
  });

  it('has the lifetime of the API, and all granted scopes whatever part of them was asked for', async () => {
    for (const scope of [undefined, 'a', 'b a', ' a  a ']) {
      const { status, body } = await requestToken(stack(), { audience: SHORT_API, scope });
      assert.deepEqual([status, body.expires_in, body.scope], [200, 60, 'a b extra']);
    }
    const asArray = await postJson(stack(), { audience: SHORT_API, scope: ['b'] });
    assert.deepEqual([asArray.status, asArray.body.scope], [200, 'a b extra']);
  });

  it('takes the tenant’s default audience when none is named', async () => {
    const settings = tenantIn(await stack().db());
    await settings.putSettings({ default_audience: SHORT_API, custom_claims: 'namespaced' });
    await stack().announceChange();
    const { status, body } = await requestToken(stack(), { audience: undefined });
    assert.deepEqual([status, body.expires_in], [200, 60]);
    await settings.putSettings({ default_audience: null, custom_claims: 'namespaced' });
    await stack().announceChange();
  });

  it('leaves scope out, in answer and token, when the token has none', async () => {
    await stack().setHook(null);
    const answer = await requestToken(stack(), { audience: NO_SCOPES_API });
    const config = await discover(oauth.None());
    assert.deepEqual(Object.keys(answer.body), ['access_token', 'expires_in', 'token_type']);
    const { payload } = await verify(config, String(answer.body.access_token), NO_SCOPES_API);
    assert.deepEqual(Object.keys(payload).sort(), ['aud', 'azp', 'exp', 'gty', 'iat', 'iss', 'sub']);
  });

  it('takes JSON with a charset, a form with a charset, a gzipped body, and a byte order mark', async () => {
    const json = JSON.stringify(demoRequest(stack()));
    const form = new URLSearchParams(demoRequest(stack())).toString();
    const statuses = await Promise.all([
      postToken(stack(), json, { 'content-type': 'application/json; charset=UTF-8' }),
      postToken(stack(), form, { 'content-type': 'Application/X-WWW-Form-Urlencoded;charset=utf-8' }),
      postToken(stack(), gzipSync(json), { 'content-type': 'application/json', 'content-encoding': 'gzip' }),
      postToken(stack(), `\ufeff${json}`, { 'content-type': 'application/json' }),
    ]);
    assert.deepEqual(
      statuses.map(({ status }) => status),
      [200, 200, 200, 200],
    );
  });

  it('ignores parameters that are no business of the grant, whatever their names', async () => {
    const odd =
      '{"__proto__":{"audience":"x"},"constructor":{"prototype":1},"hasOwnProperty":1,"toString":null,"length":-1}';
    const body = JSON.stringify({ ...demoRequest(stack()), ...(JSON.parse(odd) as object) });
    assert.equal(
      (
        await postToken(stack(), body.replace('{', `{"__proto__":{"audience":"x"},`), {
          'content-type': 'application/json',
        })
      ).status,
      200,
    );
    const form = `${new URLSearchParams(demoRequest(stack())).toString()}&__proto__[x]=1&constructor=2&a[b]=3&%00=%00`;
    assert.equal((await postToken(stack(), form, { 'content-type': 'application/x-www-form-urlencoded' })).status, 200);
  });
});

describe('errors (contract §2.3)', () => {
  const NOT_ALLOWED = {
    status: 403,
    body: {
      error: 'unauthorized_client',
      error_description: "Grant type 'client_credentials' not allowed for the client.",
      error_uri: 'https://auth0.com/docs/clients/client-grant-types',
    },
    headers: NO_STORE,
  };
  const unauthorized = refusal(401, 'access_denied', 'Unauthorized');
  const CASES: [string, Record<string, string | undefined>, ReturnType<typeof refusal>][] = [
    [
      'no grant for the audience',
      { audience: NO_GRANT_API },
      refusal(
        403,
        'access_denied',
        `Client is not authorized to access "${NO_GRANT_API}". You need to create a "client-grant" associated to this API. ` +
          'See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants',
      ),
    ],
    [
      'an unknown audience',
      { audience: 'https://unknown/' },
      refusal(403, 'access_denied', 'Service not found: https://unknown/'),
    ],
    [
      'an audience in another case',
      { audience: 'HTTPS://api.example.com/' },
      refusal(403, 'access_denied', 'Service not found: HTTPS://api.example.com/'),
    ],
    [
      'no audience and no default',
      { audience: undefined },
      refusal(403, 'access_denied', 'Non-global clients are not allowed access to APIv1'),
    ],
    [
      'a scope that was not granted',
      { scope: 'admin' },
      refusal(403, 'access_denied', 'Client has not been granted scopes: admin'),
    ],
    [
      'several scopes that were not granted',
      { scope: 'read:data b a' },
      refusal(403, 'access_denied', 'Client has not been granted scopes: b, a'),
    ],
    ['a wrong secret', { client_secret: 'wrong' }, unauthorized],
    ['no secret', { client_secret: undefined }, unauthorized],
    ['an unknown client', { client_id: 'unknown' }, unauthorized],
    ['a client that has no secret', { client_id: 'no-secret', client_secret: '' }, unauthorized],
    ['a public client', { client_id: 'public', client_secret: undefined }, NOT_ALLOWED],
    ['a client without the grant type', { client_id: 'no-client-credentials', client_secret: 'secret' }, NOT_ALLOWED],
    [
      'no grant_type',
      { grant_type: undefined },
      refusal(400, 'invalid_request', 'Missing required parameter: grant_type'),
    ],
    [
      'an unsupported grant',
      { grant_type: 'password' },
      refusal(400, 'unsupported_grant_type', 'Unsupported grant type: password'),
    ],
    ['no client_id', { client_id: undefined }, refusal(401, 'invalid_client', 'Missing client_id', CHALLENGE)],
    [
      'a client assertion of no type',
      { client_assertion: 'x.y.z', client_secret: undefined },
      refusal(400, 'invalid_request', 'Missing required parameter: client_assertion_type'),
    ],
  ];
  for (const [what, parameters, expected] of CASES) {
    it(`${what}, by form and by JSON`, async () => {
      assert.deepEqual(told(await requestToken(stack(), parameters)), expected);
      assert.deepEqual(told(await postJson(stack(), parameters)), expected);
    });
  }

  it('a wrong secret in Basic is challenged', async () => {
    const authorization = basic(stack().clientId, 'wrong');
    const answer = await requestToken(stack(), { client_id: undefined, client_secret: undefined }, { authorization });
    assert.deepEqual(told(answer), refusal(401, 'access_denied', 'Unauthorized', CHALLENGE));
  });

  for (const scope of [1, true, {}, [1], [['read:data']], [null]]) {
    it(`a scope of the wrong type: ${JSON.stringify(scope)}`, async () => {
      assert.deepEqual(
        told(await postJson(stack(), { scope })),
        refusal(400, 'invalid_scope', 'Scope must be an array or a string'),
      );
    });
  }

  it('checks the client before it says anything of APIs, and the API before the scopes', async () => {
    const wrong = { audience: 'https://unknown/', scope: 'admin' };
    assert.deepEqual(told(await requestToken(stack(), { ...wrong, client_secret: 'wrong' })), unauthorized);
    assert.equal((await requestToken(stack(), wrong)).body.error_description, 'Service not found: https://unknown/');
  });
});

describe('malformed input is a 4xx with an error of the protocol', () => {
  const JSON_TYPE = { 'content-type': 'application/json' };
  const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };
  const UNPARSABLE = 'The request body does not match its Content-Type';
  const NO_BODY = 'The body must be application/x-www-form-urlencoded, or application/json with an object';
  const TOO_LARGE = 'The request body is too large';
  const UNSUPPORTED = 'The Content-Type, charset or Content-Encoding of the request is not supported';
  const NO_GRANT_TYPE = 'Missing required parameter: grant_type';
  const NOT_HTTP = 'The request is not valid HTTP';
  type Expected = readonly [status: number, error: string, description: string];
  const invalid = (status: number, description: string): Expected => [status, 'invalid_request', description];

  const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const json = (members: string): string => JSON.stringify(demoRequest(stack())).replace(/\}$/, `,${members}}`);
  const utf16 = Buffer.from('{"grant_type":"client_credentials"}', 'utf16le');

  const BODIES: [string, string | Buffer | (() => string), Record<string, string>, Expected][] = [
    ['no body and no type', '', {}, invalid(400, NO_BODY)],
    ['an empty JSON body', '', JSON_TYPE, invalid(400, NO_GRANT_TYPE)],
    ['an empty form', '', FORM_TYPE, invalid(400, NO_GRANT_TYPE)],
    ['broken JSON', '{"grant_type":', JSON_TYPE, invalid(400, UNPARSABLE)],
    ['JSON with a trailing comma', '{"grant_type":"client_credentials",}', JSON_TYPE, invalid(400, UNPARSABLE)],
    ['two JSON texts', '{}{}', JSON_TYPE, invalid(400, UNPARSABLE)],
    ['a JSON array', '[]', JSON_TYPE, invalid(400, NO_BODY)],
    ['a JSON array of objects', '[{"grant_type":"client_credentials"}]', JSON_TYPE, invalid(400, NO_BODY)],
    ['JSON null', 'null', JSON_TYPE, invalid(400, UNPARSABLE)],
    ['a JSON string', '"grant_type=client_credentials"', JSON_TYPE, invalid(400, UNPARSABLE)],
    ['a JSON number', '1', JSON_TYPE, invalid(400, UNPARSABLE)],
    ['JSON true', 'true', JSON_TYPE, invalid(400, UNPARSABLE)],
    ['an empty JSON object', '{}', JSON_TYPE, invalid(400, NO_GRANT_TYPE)],
    ['JSON of NUL bytes', '\0\0\0', JSON_TYPE, invalid(400, UNPARSABLE)],
    ['JSON with a raw NUL in a string', '{"grant_type":"a\0"}', JSON_TYPE, invalid(400, UNPARSABLE)],
    ['a form as JSON', 'grant_type=client_credentials', JSON_TYPE, invalid(400, UNPARSABLE)],
    ['JSON as a form', '{"grant_type":"client_credentials"}', FORM_TYPE, invalid(400, NO_GRANT_TYPE)],
    ['deep nesting that is cut off', '['.repeat(30_000), JSON_TYPE, invalid(400, UNPARSABLE)],
    ['deep nesting of objects', '{"a":'.repeat(6_000), JSON_TYPE, invalid(400, UNPARSABLE)],
    ['a deep array', nested(16_000), JSON_TYPE, invalid(400, 'The request body is nested too deeply')],
    ['only __proto__', '{"__proto__":{"grant_type":"client_credentials"}}', JSON_TYPE, invalid(400, NO_GRANT_TYPE)],
    [
      'only constructor.prototype',
      '{"constructor":{"prototype":{"grant_type":"client_credentials"}}}',
      JSON_TYPE,
      invalid(400, NO_GRANT_TYPE),
    ],
    ['__proto__ in a form', '__proto__[grant_type]=client_credentials', FORM_TYPE, invalid(400, NO_GRANT_TYPE)],
    ['grant_type in brackets', 'grant_type[]=client_credentials', FORM_TYPE, invalid(400, NO_GRANT_TYPE)],
    [
      'grant_type twice',
      'grant_type=client_credentials&grant_type=client_credentials',
      FORM_TYPE,
      invalid(400, 'grant_type must be a string, sent once'),
    ],
    [
      'grant_type as an object',
      '{"grant_type":{"toString":"x"}}',
      JSON_TYPE,
      invalid(400, 'grant_type must be a string, sent once'),
    ],
    [
      'client_id as a query operator',
      () => json('"client_id":{"$gt":""}'),
      JSON_TYPE,
      invalid(400, 'client_id must be a string, sent once'),
    ],
    [
      'client_secret as an array',
      () => json('"client_secret":["a"]'),
      JSON_TYPE,
      invalid(400, 'client_secret must be a string, sent once'),
    ],
    [
      'audience as a query operator',
      () => json('"audience":{"$ne":null}'),
      JSON_TYPE,
      invalid(400, 'audience must be a string, sent once'),
    ],
    [
      'a broken percent-encoding',
      'grant_type=%&%zz=%',
      FORM_TYPE,
      [400, 'unsupported_grant_type', 'Unsupported grant type: %'],
    ],
    [
      'invalid UTF-8 in a form',
      'grant_type=%ff%fe',
      FORM_TYPE,
      [400, 'unsupported_grant_type', 'Unsupported grant type: ??'],
    ],
    [
      'invalid UTF-8 in JSON',
      Buffer.concat([Buffer.from('{"grant_type":"'), Buffer.from([0xff, 0xc0, 0x80]), Buffer.from('"}')]),
      JSON_TYPE,
      [400, 'unsupported_grant_type', 'Unsupported grant type: ???'],
    ],
    [
      'a lone surrogate',
      '{"grant_type":"\\ud800"}',
      JSON_TYPE,
      [400, 'unsupported_grant_type', 'Unsupported grant type: ?'],
    ],
    [
      'a lone surrogate in the client_id',
      () => json('"client_id":"\\udfff"'),
      JSON_TYPE,
      [401, 'access_denied', 'Unauthorized'],
    ],
    [
      'a NUL in the client_id',
      () => json('"client_id":"a\\u0000b"'),
      JSON_TYPE,
      [401, 'access_denied', 'Unauthorized'],
    ],
    [
      'a NUL in the audience',
      () => json('"audience":"a\\u0000b"'),
      JSON_TYPE,
      [403, 'access_denied', 'Service not found: a?b'],
    ],
    [
      'a line break in the audience',
      () => json('"audience":"a\\r\\nSet-Cookie: b"'),
      JSON_TYPE,
      [403, 'access_denied', 'Service not found: a??Set-Cookie: b'],
    ],
    [
      'markup in the grant type',
      'grant_type=<script>',
      FORM_TYPE,
      [400, 'unsupported_grant_type', 'Unsupported grant type: <script>'],
    ],
    ['a body of 40 KB', `{"a":"${'x'.repeat(40_000)}"}`, JSON_TYPE, invalid(413, TOO_LARGE)],
    ['a form of 40 KB', `a=${'x'.repeat(40_000)}`, FORM_TYPE, invalid(413, TOO_LARGE)],
    ['a body of 2 MB', 'x'.repeat(2_000_000), JSON_TYPE, invalid(413, TOO_LARGE)],
    ['a thousand parameters', 'a=1&'.repeat(1_000), FORM_TYPE, invalid(413, TOO_LARGE)],
    ['another content type', 'grant_type=client_credentials', { 'content-type': 'text/plain' }, invalid(400, NO_BODY)],
    ['XML', '<a/>', { 'content-type': 'application/xml' }, invalid(400, NO_BODY)],
    [
      'a multipart form',
      '--x\r\nContent-Disposition: form-data; name="grant_type"\r\n\r\nclient_credentials\r\n--x--',
      { 'content-type': 'multipart/form-data; boundary=x' },
      invalid(400, NO_BODY),
    ],
    ['a content type that is none', '{}', { 'content-type': '////;;;==' }, invalid(400, NO_BODY)],
    ['an unknown charset', '{}', { 'content-type': 'application/json; charset=klingon' }, invalid(415, UNSUPPORTED)],
    ['JSON as latin1', '{}', { 'content-type': 'application/json; charset=iso-8859-1' }, invalid(415, UNSUPPORTED)],
    ['UTF-16 said to be UTF-8', utf16, JSON_TYPE, invalid(400, UNPARSABLE)],
    ['an unknown encoding', '{}', { ...JSON_TYPE, 'content-encoding': 'lzma' }, invalid(415, UNSUPPORTED)],
    ['two encodings', '{}', { ...JSON_TYPE, 'content-encoding': 'gzip, gzip' }, invalid(415, UNSUPPORTED)],
    ['gzip that is none', '{}', { ...JSON_TYPE, 'content-encoding': 'gzip' }, invalid(400, UNPARSABLE)],
    ['brotli that is none', '{}', { ...JSON_TYPE, 'content-encoding': 'br' }, invalid(400, UNPARSABLE)],
    [
      'gzip that is cut off',
      gzipSync('{"grant_type":"client_credentials"}').subarray(0, 20),
      { ...JSON_TYPE, 'content-encoding': 'gzip' },
      invalid(400, UNPARSABLE),
    ],
    [
      'a gzip bomb',
      gzipSync(Buffer.alloc(20_000_000, 0x20)),
      { ...JSON_TYPE, 'content-encoding': 'gzip' },
      invalid(413, TOO_LARGE),
    ],
    [
      'a gzipped form bomb',
      gzipSync(Buffer.alloc(20_000_000, 0x61)),
      { ...FORM_TYPE, 'content-encoding': 'gzip' },
      invalid(413, TOO_LARGE),
    ],
  ];
  for (const [what, body, headers, [status, error, error_description]] of BODIES) {
    it(what, async () => {
      const answer = await postToken(stack(), typeof body === 'function' ? body() : body, headers);
      assert.deepEqual(
        { status: answer.status, body: answer.body, type: answer.headers.get('content-type') },
        { status, body: { error, error_description }, type: 'application/json; charset=utf-8' },
      );
    });
  }

  it('deep nesting in a request that is good otherwise', async () => {
    const answer = await postToken(stack(), json(`"deep":${nested(15_000)}`), JSON_TYPE);
    assert.ok(answer.status < 500, `${String(answer.status)} ${JSON.stringify(answer.body)}`);
  });

  it('deep nesting in a request that is good otherwise, with a hook that sees it', async () => {
    await stack().setHook('module.exports = (client, scope, audience, context, cb) => cb(null, { scope });');
    const answer = await postToken(stack(), json(`"deep":${nested(15_000)}`), JSON_TYPE);
    assert.ok(answer.status < 500, `${String(answer.status)} ${JSON.stringify(answer.body)}`);
  });

  it('is never to be cached either', async () => {
    for (const [body, headers] of [
      ['{', JSON_TYPE],
      ['x'.repeat(40_000), JSON_TYPE],
      ['{}', { ...JSON_TYPE, 'content-encoding': 'lzma' }],
      ['grant_type=nothing', FORM_TYPE],
    ] as const) {
      assert.deepEqual(told(await postToken(stack(), body, headers)).headers, NO_STORE);
    }
  });

  const good = (): string => new URLSearchParams(demoRequest(stack())).toString();
  const FORM_LINE = 'Content-Type: application/x-www-form-urlencoded';
  const lengthOf = (body: string): string => `Content-Length: ${String(Buffer.byteLength(body))}`;
  const BYTES: [string, () => string | Buffer, Expected][] = [
    ['bytes that are no HTTP', () => 'HELO example.com\r\n\r\n', invalid(400, NOT_HTTP)],
    ['random bytes', () => Buffer.from(Array.from({ length: 256 }, (_, n) => 255 - n)), invalid(400, NOT_HTTP)],
    ['a TLS hello', () => Buffer.from('16030100a5010000a10303', 'hex'), invalid(400, NOT_HTTP)],
    ['another protocol version', () => 'POST /oauth/token HTTP/3.7\r\n\r\n', invalid(400, NOT_HTTP)],
    ['an unknown method', () => 'BREW /oauth/token HTTP/1.1\r\nHost: x\r\n\r\n', invalid(400, NOT_HTTP)],
    ['no Host header', () => 'POST /oauth/token HTTP/1.1\r\nConnection: close\r\n\r\n', invalid(400, NOT_HTTP)],
    ['a NUL in a header', () => rawPost(['X-A: a\0b']), invalid(400, NOT_HTTP)],
    ['a space before the colon', () => rawPost(['Content-Length : 5'], 'hello'), invalid(400, NOT_HTTP)],
    ['a negative length', () => rawPost(['Content-Length: -5'], 'hello'), invalid(400, NOT_HTTP)],
    ['two lengths', () => rawPost(['Content-Length: 5', 'Content-Length: 6'], 'hello!'), invalid(400, NOT_HTTP)],
    [
      'a length and chunks',
      () => rawPost(['Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
      invalid(400, NOT_HTTP),
    ],
    ['a broken chunk', () => rawPost([FORM_LINE, 'Transfer-Encoding: chunked'], 'zz\r\n\r\n'), invalid(400, NOT_HTTP)],
    ['an unknown transfer encoding', () => rawPost([FORM_LINE, 'Transfer-Encoding: x'], 'a'), invalid(400, NOT_HTTP)],
    ['headers of 64 KB', () => rawPost([`X-A: ${'a'.repeat(65_536)}`]), invalid(431, NOT_HTTP)],
    ['an endless path', () => `GET /${'a'.repeat(65_536)} HTTP/1.1\r\nHost: x\r\n\r\n`, invalid(431, NOT_HTTP)],
    [
      'an expectation nobody can meet',
      () => rawPost([FORM_LINE, 'Expect: the-unexpected', lengthOf(good())], good()),
      invalid(417, 'The expectation of the request cannot be met'),
    ],
  ];
  for (const [what, bytes, [status, error, error_description]] of BYTES) {
    it(what, async () => {
      const answer = await sendRaw(stack().url, bytes());
      assert.ok(answer, 'the connection was closed without an answer');
      assert.deepEqual(
        { status: answer.status, body: answer.body, type: answer.headers['content-type'] },
        { status, body: JSON.stringify({ error, error_description }), type: 'application/json; charset=utf-8' },
      );
      assert.equal(answer.headers['cache-control'], 'no-store');
    });
  }

  it('a second Authorization header does not make a second chance', async () => {
    const body = 'grant_type=client_credentials';
    const wrong = `Authorization: ${basic(stack().clientId, 'wrong')}`;
    const right = `Authorization: ${basic(stack().clientId, stack().clientSecret)}`;
    const answer = await sendRaw(stack().url, rawPost([FORM_LINE, wrong, right, lengthOf(body)], body));
    assert.deepEqual(
      [answer?.status, answer?.body],
      [400, '{"error":"invalid_request","error_description":"Send one Authorization header"}'],
    );
  });

  it('folded and duplicated headers, odd traceparents and upgrade wishes change nothing of a good request', async () => {
    for (const headers of [
      ['traceparent: 00-zz', 'tracestate: =', 'baggage: ;;;'],
      ['X-A: 1', 'X-A: 2', 'Accept: nothing/at-all', 'Accept-Charset: klingon', 'X-Forwarded-For: evil'],
      ['Upgrade: websocket', 'Connection: Upgrade'],
      ['X-HTTP-Method-Override: GET', 'Forwarded: for=";'],
      ['User-Agent: \x80\xff'],
    ]) {
      const answer = await sendRaw(stack().url, rawPost([FORM_LINE, ...headers, lengthOf(good())], good()));
      assert.equal(answer?.status, 200, headers.join());
    }
  });

  for (const path of [
    '/',
    '/oauth',
    '/oauth/token/x',
    '/%ff',
    '/%00',
    '/..%2f..%2fetc/passwd',
    '/.well-known/',
    '/favicon.ico',
  ]) {
    it(`a path that is not there: ${path}`, async () => {
      const answer = await sendRaw(stack().url, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      assert.deepEqual(
        [answer?.status, answer?.body],
        [404, '{"error":"not_found","error_description":"There is nothing at this path"}'],
      );
    });
  }

  for (const path of ['/oauth/token/', '/OAUTH/TOKEN', '/oauth/Token', '/.well-known/JWKS.json']) {
    it(`a path that is not exactly the one that is there: ${path}`, async () => {
      const response = await fetch(`${stack().url}${path}`, { method: 'POST', body: new URLSearchParams(good()) });
      assert.deepEqual(
        { status: response.status, body: await response.json() },
        { status: 404, body: { error: 'not_found', error_description: 'There is nothing at this path' } },
      );
    });
  }

  it('and after all of it nothing failed unexpectedly, and tokens are issued as before', async () => {
    assert.equal((await requestToken(stack())).status, 200);
    const lines = stack().output().split('\n');
    assert.deepEqual(
      lines.filter((line) => /failed unexpectedly|hookmint: .*(restart|ended)/.test(line)),
      [],
    );
  });
});
