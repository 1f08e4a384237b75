import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import dns from 'node:dns';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, before } from 'node:test';
import { gzipSync } from 'node:zlib';
import { exportSPKI, importJWK, SignJWT, type CryptoKey } from 'jose';
import { createFetchKeySet } from '../../services/gateway/client-keys/fetch-key-set.ts';
import { createKeySets, type FindKey } from '../../services/gateway/client-keys/key-sets.ts';
import {
  FETCH_EVERY_MS,
  FETCH_TIMEOUT_MS,
  KEY_SET_MAX_AGE_MS,
  MAX_KEY_SET_BYTES,
  MAX_KEYS,
  STALE_KEY_SET_MS,
} from '../../services/gateway/client-keys/limits.ts';
import { parseKeySet } from '../../services/gateway/client-keys/parse-key-set.ts';
import type { Configuration } from '../../services/gateway/configuration-cache.ts';
import { authenticateByAssertion } from '../../services/gateway/steps/authenticate-client-assertion.ts';
import { readAssertion } from '../../services/gateway/steps/read-assertion.ts';
import { newClientKey, signAssertion } from '../support/client-assertion.ts';
import { startJwksServer } from '../support/jwks-server.ts';
import { attackClass } from './attack-class.ts';

// What may come of a jwks_uri: from the server behind it, and from strangers who know the client's id.

const attack = attackClass('keys of clients');
const LOOPBACK = ['127.0.0.1/32'];
const server = await startJwksServer();
const fetchKeySet = createFetchKeySet(LOOPBACK);
const key = newClientKey();

const realLookup = dns.lookup;
/** What each name resolves to, one answer after the other; the last stays. */
const names = new Map<string, string[]>();
before(() => {
  const lookup = (host: string, options: dns.LookupOptions, callback: (...answer: unknown[]) => void): void => {
    const answers = names.get(host) ?? [];
    const address = answers.length > 1 ? answers.shift() : answers[0];
    if (address === undefined) callback(Object.assign(new Error('none'), { code: 'ENOTFOUND' }));
    else callback(null, [{ address, family: address.includes(':') ? 6 : 4 }]);
    assert.equal(options.all, true);
  };
  Object.assign(dns, { lookup });
});
after(() => {
  Object.assign(dns, { lookup: realLookup });
  server.close();
});

async function refusedWith(code: string, uri: string): Promise<void> {
  await assert.rejects(fetchKeySet(uri), { code }, uri);
}

attack('a set that is huge, or never ends', async () => {
  const padding = 'x'.repeat(MAX_KEY_SET_BYTES);
  await refusedWith('JWKS_TOO_LARGE', server.serve([{ ...key.jwk, padding }]));
  let sentBytes = 0;
  const endless = server.answer((_request, response) => {
    const chunk = Buffer.alloc(16_384, ' ');
    const more = (): void => {
      while (!response.destroyed && response.write(chunk)) sentBytes += chunk.length;
    };
    response.on('drain', more);
    more();
  });
  await refusedWith('JWKS_TOO_LARGE', endless);
  assert(sentBytes < 32_000_000, `${String(sentBytes)} bytes went on`);
  // Nothing is unpacked.
  const bomb = gzipSync(Buffer.alloc(10_000_000, ' '));
  const packed = server.answer((_request, response) =>
    response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb),
  );
  await refusedWith('JWKS_INVALID', packed);
});

attack('a server that is slow: without an answer, and one byte at a time', async () => {
  const startedMs = performance.now();
  const silent = server.answer(() => undefined);
  const dripping = server.answer((_request, response) => {
    const timer = setInterval(() => response.write(' '), 50);
    response.on('close', () => clearInterval(timer));
  });
  await Promise.all([silent, dripping].map((uri) => refusedWith('JWKS_TIMED_OUT', uri)));
  assert(performance.now() - startedMs < FETCH_TIMEOUT_MS + 5_000);
});

attack('a redirect, and every other answer than 200', async () => {
  const elsewhere = server.serve([key.jwk]);
  for (const status of [301, 302, 303, 307, 308]) {
    const uri = server.answer((_request, response) => response.writeHead(status, { Location: elsewhere }).end());
    await refusedWith('JWKS_STATUS', uri);
  }
  for (const status of [201, 203, 206, 304, 401, 404, 500]) {
    const body = JSON.stringify({ keys: [key.jwk] });
    await refusedWith(
      'JWKS_STATUS',
      server.answer((_request, response) => response.writeHead(status).end(body)),
    );
  }
  assert.equal(server.requestsOf(elsewhere), 0);
});

attack('addresses of private networks, of this machine and of metadata services', async () => {
  for (const host of [
    ...['169.254.169.254', '[fd00:ec2::254]', '10.0.0.1', '192.168.0.1', '172.16.0.1', '100.64.0.1', '0.0.0.0'],
    ...['[::1]', '[::ffff:169.254.169.254]', '168.63.129.16', '2852039166', '0x7f.2', '127.0.0.2', '[64:ff9b::a00:1]'],
  ]) {
    await refusedWith('JWKS_ADDRESS_NOT_ALLOWED', `https://${host}/keys`);
  }
  for (const address of ['169.254.169.254', '10.0.0.1', '::1', '::ffff:127.0.0.1', '127.0.0.2']) {
    names.set('evil.test', [address]);
    await refusedWith('JWKS_ADDRESS_NOT_ALLOWED', 'https://evil.test/keys');
  }
  await assert.rejects(createFetchKeySet([])(server.serve([key.jwk])), { code: 'JWKS_ADDRESS_NOT_ALLOWED' });
});

attack('a name that resolves to a good address first, and then to another', async () => {
  const uri = server.serve([key.jwk]).replace('127.0.0.1', 'localhost');
  names.set('localhost', ['127.0.0.1', '127.0.0.2']);
  assert.equal((await fetchKeySet(uri)).length, 1);
  await refusedWith('JWKS_ADDRESS_NOT_ALLOWED', uri);
  assert.equal(server.requestsOf(uri), 1);
});

attack('a URL that is none of keys, though it was stored', async () => {
  for (const uri of ['http://example.com/', 'file:///etc/passwd', 'https://u:p@example.com/', 'x', '']) {
    await refusedWith('JWKS_URI_INVALID', uri);
  }
});

attack('an answer that is no HTTP, and a connection that is closed', async () => {
  const raw = createServer((socket) => socket.on('error', () => undefined).end('\0\0 no HTTP\r\n\r\n'));
  const closing = createServer((socket) => socket.destroy());
  for (const one of [raw, closing]) {
    await new Promise<void>((resolve) => one.listen(0, resolve));
    await refusedWith('JWKS_UNREACHABLE', `http://127.0.0.1:${String((one.address() as AddressInfo).port)}/`);
    one.close();
  }
});

attack('what is no set of keys', async () => {
  const many = Array.from({ length: MAX_KEYS + 1 }, () => key.jwk);
  const { d } = newClientKey().privateKey.export({ format: 'jwk' });
  for (const text of [
    ...['', 'x', 'null', '[]', '{}', '{"keys":{}}', '{"keys":null}', '['.repeat(30_000), `{"keys":"${String(d)}`],
    JSON.stringify({ keys: many }),
  ]) {
    assert.throws(
      () => parseKeySet(text),
      (error: Error & { code: string }) => {
        assert.equal(error.code, 'JWKS_INVALID', text.slice(0, 100));
        // Of what was fetched nothing may be in the log.
        assert(!`${error.message}${String(error.cause)}`.includes(String(d)));
        return true;
      },
    );
  }
  await Promise.resolve();
});

attack('keys that are symmetric, private, weak, or for something else: they verify nothing', async () => {
  const rsa = newClientKey('RS256');
  const k = Buffer.from('secret').toString('base64url');
  const long = (bytes: number): string => Buffer.alloc(bytes, 0xff).toString('base64url');
  const useless = [
    ...[
      { kty: 'oct', k },
      { kty: 'oct', k, alg: 'ES256' },
      { ...key.jwk, k },
      { ...rsa.jwk, alg: 'HS256' },
    ],
    ...[key.privateKey.export({ format: 'jwk' }), rsa.privateKey.export({ format: 'jwk' })],
    ...[
      { ...rsa.jwk, n: long(128) },
      { ...rsa.jwk, n: long(1_024) },
      { ...rsa.jwk, e: 'Aw' },
    ],
    ...[
      { ...key.jwk, use: 'enc' },
      { ...key.jwk, key_ops: ['sign'] },
      { ...key.jwk, alg: 'none' },
    ],
    ...[{ ...key.jwk, crv: 'P-521' }, { ...key.jwk, alg: 'RS256' }, { ...key.jwk, kid: 7 }, null, 'x', 7, [], {}],
  ];
  assert.deepEqual(parseKeySet(JSON.stringify({ keys: useless })), []);
  const uses = parseKeySet(JSON.stringify({ keys: [rsa.jwk, { ...key.jwk, alg: 'ES256' }] }));
  assert.deepEqual(
    uses.map(({ alg }) => alg),
    ['RS256', 'RS384', 'PS256', 'PS384', 'ES256'],
  );
  await Promise.resolve();
});

const AUDIENCE = 'https://auth.example.com/';

/** Whether an assertion of the client whose keys are there authenticates it. */
async function authenticates(
  jwks_uri: string,
  assertion: string | Promise<string>,
  findKey: FindKey,
): Promise<boolean> {
  const client = { client_id: 'client', private_key_jwt: [], jwks_uri, credentials: [], client_secrets: [] };
  const configuration = { client: () => Promise.resolve(client) } as unknown as Configuration;
  try {
    const read = readAssertion(await assertion, [AUDIENCE]);
    const found = await authenticateByAssertion(read, configuration, findKey, () => Promise.resolve(true), AUDIENCE);
    return found.client_id === 'client';
  } catch (error) {
    assert.equal((error as { status?: number }).status, 401, String(error));
    return false;
  }
}

const sign = (signer = key, header: Record<string, unknown> = {}): Promise<string> =>
  signAssertion({ url: AUDIENCE.slice(0, -1) }, 'client', signer, { header });

attack('a swap of algorithms', async () => {
  const findKey = createKeySets(fetchKeySet);
  const rsa = newClientKey('RS256');
  const uri = server.serve([
    { ...rsa.jwk, kid: 'rsa', alg: 'RS256' },
    { ...key.jwk, kid: 'ec', alg: 'ES256' },
  ]);
  assert.equal(await authenticates(uri, sign(rsa, { kid: 'rsa' }), findKey), true);
  const pem = await exportSPKI((await importJWK(rsa.jwk, 'RS256')) as CryptoKey);
  for (const secret of [pem, rsa.jwk.n ?? '', JSON.stringify(rsa.jwk)]) {
    const claims = { iss: 'client', sub: 'client', aud: AUDIENCE, jti: randomUUID() };
    const forged = new SignJWT({ ...claims, exp: Math.floor(Date.now() / 1000) + 60 })
      .setProtectedHeader({ alg: 'HS256', kid: 'rsa' })
      .sign(Buffer.from(secret));
    assert.equal(await authenticates(uri, forged, findKey), false);
  }
  const swapped = [
    sign({ ...rsa, alg: 'PS256' }, { kid: 'rsa' }),
    sign({ ...rsa, alg: 'RS384' }, { kid: 'rsa' }),
    sign(rsa, { kid: 'ec' }),
    sign(key, { kid: 'rsa' }),
    sign(newClientKey('ES384'), { kid: 'ec' }),
  ];
  for (const assertion of swapped) assert.equal(await authenticates(uri, assertion, findKey), false);
  const [, claims = '', signature = ''] = (await sign()).split('.');
  for (const alg of ['none', 'None', 'ES384', 'RS256', 'EdDSA']) {
    const header = Buffer.from(JSON.stringify({ alg, kid: 'ec' })).toString('base64url');
    assert.equal(await authenticates(uri, `${header}.${claims}.${signature}`, findKey), false, alg);
    assert.equal(await authenticates(uri, `${header}.${claims}.`, findKey), false, alg);
  }
});

attack('a key, or the place of one, that the assertion brings along', async () => {
  const findKey = createKeySets(fetchKeySet);
  const uri = server.serve([{ ...key.jwk, kid: 'own' }]);
  const forger = newClientKey();
  const forged = server.serve([{ ...forger.jwk, kid: 'own' }]);
  for (const header of [{ jwk: forger.jwk }, { jku: forged }, { x5u: forged }, { kid: forged }]) {
    assert.equal(await authenticates(uri, sign(forger, { kid: 'own', ...header }), findKey), false);
  }
  assert.equal(server.requestsOf(forged), 0);
});

attack('a kid that is there twice names neither key, nor does no kid where several fit', async () => {
  const findKey = createKeySets(fetchKeySet);
  const [one, other] = [newClientKey(), newClientKey()];
  const twice = server.serve([
    { ...one.jwk, kid: 'same' },
    { ...other.jwk, kid: 'same' },
  ]);
  for (const signer of [one, other]) {
    assert.equal(await authenticates(twice, sign(signer, { kid: 'same' }), findKey), false);
    assert.equal(await authenticates(twice, sign(signer), findKey), false);
  }
});

attack('thousands of kids that nobody has', async () => {
  let nowMs = 0;
  const findKey = createKeySets(fetchKeySet, () => nowMs);
  const uri = server.serve([{ ...key.jwk, kid: 'own' }]);
  const unknown = (): Promise<unknown> => findKey(uri, { alg: 'ES256', kid: randomUUID() });
  const flood = () => Promise.all(Array.from({ length: 2_000 }, unknown));
  assert((await flood()).every((found) => found === undefined));
  assert.equal(server.requestsOf(uri), 1);
  nowMs += FETCH_EVERY_MS;
  await flood();
  await flood();
  assert.equal(server.requestsOf(uri), 2);
  assert.notEqual(await findKey(uri, { alg: 'ES256', kid: 'own' }), undefined);
  const away = server.refuse();
  const answers = await Promise.allSettled(
    Array.from({ length: 2_000 }, () => findKey(away, { alg: 'ES256', kid: randomUUID() })),
  );
  assert(answers.every(({ status }) => status === 'rejected'));
  assert.equal(server.requestsOf(away), 1);
});

attack('assertions in the names of thousands of clients, each with a set of its own', async () => {
  const fetched = new Map<unknown, number>();
  const keys = parseKeySet(JSON.stringify({ keys: [{ ...key.jwk, kid: 'own' }] }));
  const findKey = createKeySets((place) => {
    fetched.set(place, (fetched.get(place) ?? 0) + 1);
    return Promise.resolve(keys);
  });
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 10_000; n++) await findKey(`https://${String(n)}.example.com/`, { alg: 'ES256', kid: 'none' });
  }
  assert.equal(fetched.size, 10_000);
  assert.deepEqual(new Set(fetched.values()), new Set([1]), 'each once, however many others there are');
});

attack('keys that come, go, and cannot be fetched any more', async () => {
  let nowMs = 0;
  const findKey = createKeySets(fetchKeySet, () => nowMs);
  let keys: object[] | undefined = [{ ...key.jwk, kid: 'old' }];
  const uri = server.answer((_request, response) => {
    if (keys === undefined) response.writeHead(500).end();
    else response.end(JSON.stringify({ keys }));
  });
  const find = async (kid: string): Promise<boolean> => (await findKey(uri, { alg: 'ES256', kid })) !== undefined;
  const unavailable = { status: 503, error: 'temporarily_unavailable' };
  assert.deepEqual([await find('old'), await find('new')], [true, false]);

  keys = [{ ...key.jwk, kid: 'new' }];
  nowMs += FETCH_EVERY_MS;
  assert.deepEqual([await find('new'), await find('old')], [true, false], 'fetched for the kid that was not there');
  keys = [];
  nowMs += KEY_SET_MAX_AGE_MS - 1;
  assert.equal(await find('new'), true, 'not yet old');
  nowMs += 1;
  assert.equal(await find('new'), false, 'a key that was taken away is gone in five minutes');

  keys = [{ ...key.jwk, kid: 'new' }];
  nowMs += KEY_SET_MAX_AGE_MS;
  assert.equal(await find('new'), true);
  keys = undefined;
  nowMs += KEY_SET_MAX_AGE_MS + STALE_KEY_SET_MS - 1;
  assert.equal(await find('new'), true, 'what is known is used while the server is away');
  nowMs += 1;
  await assert.rejects(find('new'), unavailable, 'and not for ever');
  keys = [{ ...key.jwk, kid: 'new' }];
  await assert.rejects(find('new'), unavailable, 'nor is it asked at once again');
  nowMs += FETCH_EVERY_MS;
  assert.equal(await find('new'), true);
});

attack('more slow servers than are asked at once, and more slow name servers', async () => {
  const crowded = createFetchKeySet(LOOPBACK);
  const silent = server.answer(() => undefined);
  const answers = await Promise.allSettled(Array.from({ length: 100 }, () => crowded(silent)));
  const codes = answers.map((answer) => (answer.status === 'rejected' ? (answer.reason as { code: string }).code : ''));
  assert.deepEqual(
    [codes.filter((code) => code === 'JWKS_BUSY').length, codes.filter((code) => code === 'JWKS_TIMED_OUT').length],
    [36, 64],
  );
  const stuck: (() => void)[] = [];
  const lookup = (_host: string, _options: unknown, callback: (error: Error) => void) =>
    stuck.push(() => callback(new Error('at last')));
  const before = dns.lookup;
  Object.assign(dns, { lookup });
  try {
    const waiting = Array.from({ length: 10 }, () => crowded('https://slow.test/keys'));
    const ended = await Promise.allSettled(waiting);
    assert(ended.every(({ status }) => status === 'rejected'));
    assert.equal(stuck.length, 2, 'names that are looked up at once');
  } finally {
    Object.assign(dns, { lookup: before });
    for (const end of stuck) end();
  }
  assert.equal((await crowded(server.serve([key.jwk]))).length, 1);
});
