import assert from 'node:assert/strict';
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { SourceMap } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { buildHook } from '../../hook-build/build-hook.ts';
import type { BuiltHook } from '../../hook-build/built-hook.ts';
import { DEFAULT_MODULES } from '../../hook-build/default-modules.ts';
import { runInIsolate } from './hook-build-isolate.ts';

const cacheDir = mkdtempSync(join(tmpdir(), 'hookmint-hook-build-'));
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicPem = publicKey.export({ format: 'pem', type: 'spki' });
const privatePem = privateKey.export({ format: 'pem', type: 'pkcs8' });

const server = createServer(answer);
let base: string;

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.close();
  rmSync(cacheDir, { recursive: true, force: true });
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method, url, headers } = request;
    response.setHeader('content-type', 'application/json');
    switch (url) {
      case '/redirect':
        return response.writeHead(302, { location: '/echo' }).end();
      case '/broken':
        return response.writeHead(500).end('{"error":"broken"}');
      case '/gzip':
        return response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"zipped":true}'));
      case '/slow':
        return setTimeout(() => response.end('{}'), 2_000);
      case '/jwks':
        return response.end(
          JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'RS256' }] }),
        );
      case '/oauth/token':
        return response.end('{"access_token":"a token","token_type":"Bearer","expires_in":60}');
      default: {
        response.setHeader('set-cookie', ['a=1', 'b=2']);
        const told = { method, url, body: Buffer.concat(chunks).toString(), x: headers['x-hook'] };
        return response.end(JSON.stringify(told));
      }
    }
  });
}

function rs256Token(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256', kid: 'k', typ: 'JWT' })}.${part({ sub: 'me' })}`;
  return `${signed}.${createSign('sha256').update(signed).sign(privateKey, 'base64url')}`;
}

function build(code: string, dependencies: Record<string, string> = {}): Promise<BuiltHook> {
  return buildHook({ code, dependencies }, { cacheDir });
}

/** Builds a hook and runs it; the result it called back with. */
async function resultOf(code: string, dependencies: Record<string, string> = {}): Promise<unknown> {
  const { script } = await build(code, dependencies);
  const context = { base, publicPem, privatePem, token: rs256Token() };
  const { error, result } = await runInIsolate(script, { context });
  assert.equal(error, null);
  return result;
}

const hook = (body: string) => `module.exports = async function (client, scope, audience, context, cb) {
  try {
    ${body}
  } catch (error) {
    cb(error);
  }
};`;

describe('a hook that requires nothing', () => {
  it('is its own script', async () => {
    const code = `module.exports = function (client, scope, audience, context, cb) { undeclared = 1; cb(null, {}); };`;
    assert.deepEqual(await build(code, { lodash: '4.17.21' }), {
      kind: 'hook',
      script: code,
      sourceMap: null,
      modules: [],
    });
  });

  it('brings Buffer when it uses the global, and only then', async () => {
    assert.deepEqual(await resultOf(hook(`cb(null, { text: Buffer.from('hi').toString('base64url') });`)), {
      text: 'aGk',
    });
    const code = 'module.exports = (c, s, a, x, cb) => { const Buffer = { own: true }; cb(null, Buffer); };';
    assert.equal((await build(code)).script, code);
  });
});

describe('modules of npm', () => {
  it('request, with a callback', async () => {
    const code = `module.exports = function (client, scope, audience, context, cb) {
      var request = require('request');
      request({ url: context.base + '/echo?a=1', json: true, headers: { 'x-hook': 'yes' } }, function (error, response, body) {
        cb(error, { status: response.statusCode, body: body, cookies: response.headers['set-cookie'] });
      });
    };`;
    assert.deepEqual(await resultOf(code), {
      status: 200,
      body: { method: 'GET', url: '/echo?a=1', body: '', x: 'yes' },
      cookies: ['a=1', 'b=2'],
    });
  });

  it('request, through util.promisify: redirects, forms, gzip', async () => {
    const body = `const request = require('util').promisify(require('request'));
      const redirected = await request({ url: context.base + '/redirect', json: true, strictSSL: false });
      const posted = await request({ method: 'POST', url: context.base + '/echo', form: { a: 1 } });
      const zipped = await request({ url: context.base + '/gzip', gzip: true, json: true });
      cb(null, [redirected.body.url, JSON.parse(posted.body).body, zipped.body]);`;
    assert.deepEqual(await resultOf(hook(body)), ['/echo', 'a=1', { zipped: true }]);
  });

  it('request-promise, and the request it needs beside it', async () => {
    const body = `const get = require('request-promise');
      const { statusCode, name } = await get(context.base + '/broken').catch((error) => error);
      cb(null, [(await get({ uri: context.base + '/echo', json: true })).url, name, statusCode]);`;
    assert.deepEqual(await resultOf(hook(body)), ['/echo', 'StatusCodeError', 500]);
  });

  it('axios: redirects, JSON, gzip, errors, timeout', async () => {
    const body = `const axios = require('axios');
      const { Agent } = require('https');
      const { data, headers } = await axios.get(context.base + '/redirect', { httpsAgent: new Agent({ rejectUnauthorized: false }) });
      const posted = await axios.post(context.base + '/echo', { a: 1 });
      const zipped = await axios.get(context.base + '/gzip');
      const broken = await axios.get(context.base + '/broken').catch((error) => error);
      const slow = await axios.get(context.base + '/slow', { timeout: 50 }).catch((error) => error);
      cb(null, [data.url, headers['set-cookie'], posted.data.body, zipped.data, broken.response.status, slow.code]);`;
    const expected = ['/echo', ['a=1', 'b=2'], '{"a":1}', { zipped: true }, 500, 'ECONNABORTED'];
    assert.deepEqual(await resultOf(hook(body)), expected);
  });

  it('node-fetch', async () => {
    const body = `const fetch = require('node-fetch');
      const redirected = await fetch(context.base + '/redirect');
      const zipped = await fetch(context.base + '/gzip');
      const posted = await fetch(context.base + '/echo', { method: 'POST', body: JSON.stringify({ a: 1 }) });
      cb(null, [(await redirected.json()).url, await zipped.json(), (await posted.json()).body]);`;
    assert.deepEqual(await resultOf(hook(body)), ['/echo', { zipped: true }, '{"a":1}']);
  });

  for (const version of ['9.0.3', '8.5.1']) {
    it(`jsonwebtoken ${version}: HS256 and RS256, signed and verified`, async () => {
      const body = `const jwt = require('jsonwebtoken');
        const hs256 = jwt.sign({ a: 1 }, 'a secret', { expiresIn: '1h' });
        const rs256 = jwt.sign({ b: 2 }, context.privatePem, { algorithm: 'RS256' });
        let refused;
        try { jwt.verify(hs256, 'another secret'); } catch (error) { refused = error.message; }
        cb(null, [
          jwt.verify(hs256, 'a secret').a,
          jwt.verify(rs256, context.publicPem, { algorithms: ['RS256'] }).b,
          jwt.verify(context.token, context.publicPem).sub,
          refused,
        ]);`;
      assert.deepEqual(await resultOf(hook(body), { jsonwebtoken: version }), [1, 2, 'me', 'invalid signature']);
    });
  }

  it('jwks-rsa, with jsonwebtoken', async () => {
    const body = `const client = require('jwks-rsa')({ jwksUri: context.base + '/jwks', cache: true });
      const key = (header, done) => client.getSigningKey(header.kid, (error, key) => done(error, key && key.getPublicKey()));
      require('jsonwebtoken').verify(context.token, key, {}, (error, decoded) => cb(error, { sub: decoded && decoded.sub }));`;
    assert.deepEqual(await resultOf(hook(body)), { sub: 'me' });
  });

  it('auth0: a client gets a token', async () => {
    const body = `const { AuthenticationClient, ManagementClient } = require('auth0');
      new ManagementClient({ domain: 'tenant.example', token: 'x' });
      const client = new AuthenticationClient({
        domain: 'tenant.example',
        clientId: 'id',
        clientSecret: 'secret',
        fetch: (url, init) => fetch(String(url).replace('https://tenant.example', context.base), init),
      });
      const { data } = await client.oauth.clientCredentialsGrant({ audience: 'https://api.example/' });
      cb(null, data);`;
    assert.deepEqual(await resultOf(hook(body)), { access_token: 'a token', token_type: 'Bearer', expires_in: 60 });
  });

  it('got and superagent', async () => {
    const body = `const got = require('got');
      const superagent = require('superagent');
      const posted = await got.post(context.base + '/echo', { json: { a: 1 } }).json();
      const sent = await superagent.post(context.base + '/echo').send({ b: 2 });
      cb(null, [(await got(context.base + '/redirect').json()).url, posted.body, sent.body.body]);`;
    assert.deepEqual(await resultOf(hook(body)), ['/echo', '{"a":1}', '{"b":2}']);
  });

  it('lodash, uuid, moment and the like', async () => {
    const body = `const _ = require('lodash');
      cb(null, {
        lodash: _.get({ a: [{ b: 1 }] }, 'a[0].b'),
        uuid: [require('uuid').v4().length, require('uuid/v4') === undefined],
        moment: require('moment').utc(0).format('YYYY-MM-DD'),
        zone: require('moment-timezone').tz(0, 'Europe/Berlin').format(),
        async: await require('async').map([1, 2], async (n) => n * 2),
        bluebird: await require('bluebird').delay(1).then(() => 'later'),
        qs: require('qs').parse('a[b]=1'),
        'crypto-js': require('crypto-js').SHA256('a').toString().slice(0, 8),
        ms: require('ms')('2 days'),
        validator: require('validator').isEmail('a@b.example'),
        xml2js: await require('xml2js').parseStringPromise('<a><b>1</b></a>'),
        underscore: require('underscore').uniq([1, 1]),
        ramda: require('ramda').add(1, 2),
        semver: require('semver').gt('2.0.0', '1.0.0'),
        'jwt-decode': require('jwt-decode')(context.token).sub,
      });`;
    assert.deepEqual(await resultOf(hook(body), { uuid: '3.4.0' }), {
      lodash: 1,
      uuid: [36, false],
      moment: '1970-01-01',
      zone: '1970-01-01T01:00:00+01:00',
      async: [2, 4],
      bluebird: 'later',
      qs: { a: { b: '1' } },
      'crypto-js': 'ca978112',
      ms: 172_800_000,
      validator: true,
      xml2js: { a: { b: ['1'] } },
      underscore: [1],
      ramda: 3,
      semver: true,
      'jwt-decode': 'me',
    });
  });

  it('in the version that the require names, two of them beside each other, and JSON files', async () => {
    const body = `const versions = [require('lodash@4.17.4').VERSION, require('lodash').VERSION];
      cb(null, [...versions, require('ms/package.json').name]);`;
    assert.deepEqual(await resultOf(hook(body), { lodash: '4.17.21' }), ['4.17.4', '4.17.21', 'ms']);
  });

  it('are told with version and integrity, sorted', async () => {
    const { modules } = await build(`require('debug'); module.exports = () => {};`, { debug: '4.3.4' });
    assert.deepEqual(
      modules.map(({ name, version }) => `${name}@${version}`),
      ['debug@4.3.4', 'ms@2.1.2'],
    );
    for (const { integrity } of modules) assert.match(integrity, /^sha512-/);
  });

  it('are pinned exactly when a hook does not declare them', () => {
    for (const version of Object.values(DEFAULT_MODULES)) assert.match(version, /^\d+\.\d+\.\d+$/);
  });
});

describe('modules of Node', () => {
  it('crypto', async () => {
    const body = `const crypto = require('node:crypto');
      const pem = crypto.createPrivateKey(context.privatePem);
      cb(null, {
        hash: crypto.createHash('sha256').update('a').digest('hex').slice(0, 8),
        hmac: crypto.createHmac('sha256', 'key').update('text').digest('base64'),
        random: [crypto.randomBytes(8).length, crypto.randomUUID().length, crypto.randomFillSync(new Uint8Array(4)).length],
        equal: crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('a')),
        signed: crypto.verify('sha256', Buffer.from('a'), context.publicPem, crypto.sign('sha256', Buffer.from('a'), pem)),
        forged: crypto.verify('sha256', Buffer.from('b'), context.publicPem, crypto.sign('sha256', Buffer.from('a'), pem)),
        bits: crypto.createPublicKey(pem).asymmetricKeyDetails.modulusLength,
        jwk: crypto.createPrivateKey({ format: 'jwk', key: pem.export({ format: 'jwk' }) }).export({ format: 'pem', type: 'pkcs8' }) === context.privatePem,
      });`;
    assert.deepEqual(await resultOf(hook(body)), {
      hash: 'ca978112',
      hmac: createHmac('sha256', 'key').update('text').digest('base64'),
      random: [8, 36, 4],
      equal: true,
      signed: true,
      forged: false,
      bits: 2048,
      jwk: true,
    });
  });

  it('util, url, querystring, buffer, events, path, assert, stream, zlib and the rest', async () => {
    const body = `const { Readable, Stream, Transform, promises } = require('stream');
      const util = require('util');
      const url = require('url');
      const zlib = require('zlib');
      const chunks = [];
      for await (const chunk of Readable.from(['a', 'b'])) chunks.push(chunk);
      const upper = new Transform({ transform: (chunk, encoding, done) => done(null, String(chunk).toUpperCase()) });
      upper.on('data', (chunk) => chunks.push(String(chunk)));
      await promises.pipeline(Readable.from(['x']), upper);
      let refused;
      try { require('assert').strictEqual(1, 2); } catch (error) { refused = error.code; }
      const emitter = new (require('events'))();
      setTimeout(() => emitter.emit('done', 7), 1);
      cb(null, {
        util: [util.inspect({ a: [1] }), util.format('%s %j', 'a', { b: 1 }), util.types.isDate(new Date())],
        promisify: await util.promisify((value, done) => done(null, value))('later'),
        url: [url.parse('http://a.example/b?c=1', true).query.c, new url.URL('/b', 'http://a.example').href],
        querystring: require('querystring').stringify({ a: [1, 2] }),
        buffer: require('buffer').Buffer.from('YQ', 'base64url').toString(),
        events: await require('events').once(emitter, 'done'),
        path: require('path').join('/a', '../b'),
        assert: refused,
        stream: [chunks, new Transform() instanceof Stream],
        decoder: new (require('string_decoder').StringDecoder)('utf8').write(Buffer.from('é')),
        zlib: zlib.gunzipSync(zlib.gzipSync('text')).toString(),
        timers: await require('timers/promises').setTimeout(1, 'waited'),
        punycode: require('punycode').toASCII('ü.example'),
        os: require('os').EOL,
        process: [require('process') === process, typeof process.cwd()],
      });`;
    assert.deepEqual(await resultOf(hook(body)), {
      util: ['{ a: [ 1 ] }', 'a {"b":1}', true],
      promisify: 'later',
      url: ['1', 'http://a.example/b'],
      querystring: 'a=1&a=2',
      buffer: 'a',
      events: [7],
      path: '/b',
      assert: 'ERR_ASSERTION',
      stream: [['a', 'b', 'X'], true],
      decoder: 'é',
      zlib: 'text',
      timers: 'waited',
      punycode: 'xn--tda.example',
      os: '\n',
      process: [true, 'string'],
    });
  });

  it('https as a client: what is asked for reaches the exchange', async () => {
    const code = `module.exports = (client, scope, audience, context, cb) => {
      const https = require('https');
      const agent = new https.Agent({ rejectUnauthorized: false });
      const request = https.request({ host: 'localhost', port: 1, path: '/a?b=1', method: 'PUT', auth: 'u:p', agent });
      request.on('error', (error) => cb(null, { refused: error.message.includes('ECONNREFUSED') }));
      request.write('one,');
      request.end('two');
    };`;
    const { script } = await build(code);
    const { result, exchanges } = await runInIsolate(script, {});
    assert.deepEqual(result, { refused: true });
    assert.deepEqual(exchanges, [
      {
        url: 'https://localhost:1/a?b=1',
        method: 'PUT',
        headers: [
          ['Authorization', 'Basic dTpw'],
          ['Content-Length', '7'],
        ],
        body: Buffer.from('one,two').toString('base64'),
        verify_tls: false,
      },
    ]);
  });

  it('http as a client: get, headers, timeout, abort', async () => {
    const body = `const http = require('http');
      const got = await new Promise((resolve, reject) => {
        http.get(context.base + '/echo', (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk) => (text += chunk));
          response.on('end', () => resolve([response.statusCode, response.headers['content-type'], JSON.parse(text).url]));
        }).on('error', reject);
      });
      const ended = (arrange) => new Promise((resolve) => {
        const request = http.get(context.base + '/slow', { timeout: 20 });
        request.on('error', (error) => resolve(error.code));
        arrange(request);
      });
      const late = await ended((request) => request.on('timeout', () => request.destroy()));
      const aborted = await ended((request) => request.abort());
      cb(null, [got, late, aborted]);`;
    const expected = [[200, 'application/json', '/echo'], 'ECONNRESET', 'ECONNRESET'];
    assert.deepEqual(await resultOf(hook(body)), expected);
  });

  it('that hooks have nothing of load, and throw when used', async () => {
    const body = `const tls = require('tls');
      const { Socket } = require('net');
      class Own extends Socket {}
      const messages = [() => tls.connect(443), () => require('child_process').exec('id'), () => new Own()].map((use) => {
        try { use(); } catch (error) { return error.message; }
      });
      cb(null, [messages, require('net').isIP('::1')]);`;
    assert.deepEqual(await resultOf(hook(body)), [
      [
        'tls is not available in hooks (tls.connect): a hook reaches the network by fetch, http and https',
        'child_process is not available in hooks (child_process.exec): a hook starts no programs',
        'net is not available in hooks (net.Socket): a hook reaches the network by fetch, http and https',
      ],
      6,
    ]);
  });
});

describe('a bundled hook', () => {
  it('stays sloppy, and a directive at its beginning stays without effect', async () => {
    const body = `require('path'); undeclared = 010; return cb(null, { undeclared, self: (function () { return this === globalThis; })() });`;
    const expected = { undeclared: 8, self: true };
    assert.deepEqual(await resultOf(hook(body)), expected);
    assert.deepEqual(await resultOf(`'use strict';\n${hook(body)}`), expected);
  });

  it('has the error classes for hooks in scope', async () => {
    const { script } = await build(
      `require('path'); module.exports = (c, s, a, x, cb) => cb(new InvalidScopeError('no'));`,
    );
    const { error } = await runInIsolate(script);
    assert.deepEqual([error?.name, error?.message], ['InvalidScopeError', 'no']);
  });

  it('may be written with import and export', async () => {
    const code = `import get from 'lodash/get.js';
      import { createHash } from 'node:crypto';
      export default (client, scope, audience, context, cb) =>
        cb(null, [get({ a: 1 }, 'a'), createHash('md5').update('a').digest('hex').slice(0, 4)]);`;
    assert.deepEqual(await resultOf(code, { lodash: '4.17.21' }), [1, '0cc1']);
  });

  it('maps the stack of an error to the author’s line', async () => {
    const code = `const _ = require('lodash');

module.exports = function (client, scope, audience, context, cb) {
  const fail = () => { throw new TypeError('here'); };
  _.map([1], fail);
};`;
    const { script, sourceMap } = await build(code);
    const { error } = await runInIsolate(script);
    assert.ok(error !== null && sourceMap !== null);
    const [, line, column] = /hook\.js:(\d+):(\d+)/.exec(error.stack) ?? [];
    const found = new SourceMap(JSON.parse(sourceMap) as ConstructorParameters<typeof SourceMap>[0]);
    const origin = found.findOrigin(Number(line), Number(column));
    const thrownAt = (code.split('\n')[3] ?? '').indexOf('new TypeError') + 1;
    assert.deepEqual(
      { ...origin, name: undefined },
      { name: undefined, fileName: 'hook.js', lineNumber: 4, columnNumber: thrownAt },
    );
  });

  it('tells nothing of this machine', async () => {
    const { script, sourceMap } = await build(`require('request'); require('crypto'); module.exports = () => {};`);
    for (const text of [script, sourceMap ?? '']) {
      for (const path of [process.cwd(), tmpdir(), cacheDir]) assert.equal(text.includes(`${path}/`), false);
    }
  });

  it('is the same, byte for byte, and quick to build again', async () => {
    const source = {
      code: hook(`require('axios'); require('jsonwebtoken'); cb();`),
      dependencies: { axios: '^1.7.0' },
    };
    const lines: string[] = [];
    const report = (line: string) => lines.push(line);
    const first = await buildHook(source, { cacheDir, report });
    const startedMs = performance.now();
    const second = await buildHook(source, { cacheDir, report });
    const tookMs = performance.now() - startedMs;
    assert.deepEqual(second, first);
    assert.deepEqual(lines, ['fetching axios@^1.7.0, jsonwebtoken@9.0.3']);
    assert.ok(tookMs < 10_000, `took ${tookMs} ms`);
  });
});
