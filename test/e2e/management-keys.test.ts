import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { createLocalJWKSet, decodeProtectedHeader, errors, jwtVerify, type JWK } from 'jose';
import { configChangedSubject } from '../../shared/subjects/config-changed.ts';
import { openManagement, type Management } from '../support/management.ts';
import { TENANT } from '../support/stack.ts';
import { addApi, addGrant } from '../support/tenant-fixtures.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

const ALGS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
const apiOf = (alg: string): string => `https://${alg.toLowerCase()}.example.com/`;
const LOAD_MS = 5_000;
/** On a machine that is too busy to have tried it by then. */
const MAX_LOAD_MS = 60_000;
const LOAD_CLIENTS = 8;

let management: Management;
const stack = withStack({ own: true, hook: null }, async (started) => {
  for (const alg of ALGS) await addApi(started, { identifier: apiOf(alg), signing_alg: alg }, []);
  management = await openManagement(started);
});

type Key = { kid: string; alg: string; cert: string; pkcs7: string; fingerprint: string; thumbprint: string } & Record<
  'current' | 'next' | 'previous' | 'revoked',
  boolean
> &
  Partial<Record<'current_since' | 'current_until' | 'revoked_at', string>>;

const listKeys = async (): Promise<Key[]> => (await management.call('GET', '/keys/signing')).body as Key[];
const keyOf = async (alg: string, state: 'current' | 'next'): Promise<Key> => {
  const key = (await listKeys()).find((candidate) => candidate.alg === alg && candidate[state]);
  assert(key !== undefined, `no ${state} ${alg} key`);
  return key;
};
const printedTimes = (times: number, pattern: RegExp): Promise<void> =>
  new Promise((resolve) => {
    let left = times;
    const end = stack().onPrinted((line) => {
      if (!pattern.test(line) || --left > 0) return;
      end();
      resolve();
    });
  });
const rotate = () => management.call('POST', '/keys/signing/rotate?force=true');
const revoke = (kid: string) => management.call('PUT', `/keys/signing/${kid}/revoke`);

const jwks = async (): Promise<JWK[]> => {
  const response = await fetch(`${stack().url}/.well-known/jwks.json`);
  return ((await response.json()) as { keys: JWK[] }).keys;
};
const kidsOf = async () => (await jwks()).map(({ kid }) => kid);
const tokenOf = async (alg: string): Promise<string> =>
  String((await requestToken(stack(), { audience: apiOf(alg) })).body.access_token);
const verify = async (token: string) => jwtVerify(token, createLocalJWKSet({ keys: await jwks() }));
const kidOf = (token: string): string => String(decodeProtectedHeader(token).kid);

describe('GET /keys/signing (contract §5.5)', () => {
  it('shows a current and a next key of each algorithm, with certificates that are those of the JWK Set', async () => {
    const keys = await listKeys();
    assert.deepEqual(
      keys.map(({ alg, current, next }) => [alg, current, next]).sort(),
      ALGS.flatMap((alg) => [
        [alg, false, true],
        [alg, true, false],
      ]).sort(),
    );
    const published = new Map((await jwks()).map(({ kid, x5c }) => [kid, x5c?.[0]]));
    for (const { kid, cert, fingerprint, thumbprint, pkcs7, ...key } of keys) {
      const certificate = new X509Certificate(cert);
      assert.equal(certificate.raw.toString('base64'), published.get(kid));
      assert.match(fingerprint, /^([0-9A-F]{2}:){19}[0-9A-F]{2}$/);
      assert.deepEqual([fingerprint, thumbprint], [certificate.fingerprint, fingerprint.replaceAll(':', '')]);
      const inside = execFileSync('openssl', ['pkcs7', '-print_certs'], { input: pkcs7, encoding: 'utf8' });
      assert.equal(new X509Certificate(inside).fingerprint256, certificate.fingerprint256);
      assert.deepEqual([key.previous, key.revoked], [false, false]);
      assert.equal(typeof key.current_since, key.current ? 'string' : 'undefined');
    }
  });

  it('shows one by its kid, and nothing private of any', async () => {
    const key = await keyOf('ES256', 'next');
    const { status, body } = await management.call('GET', `/keys/signing/${key.kid}`);
    assert.deepEqual([status, body], [200, key]);
    const members = new Set((await listKeys()).flatMap((listed) => Object.keys(listed)));
    const known = [
      'kid',
      'alg',
      'cert',
      'pkcs7',
      'fingerprint',
      'thumbprint',
      'current',
      'next',
      'previous',
      'revoked',
    ];
    assert.deepEqual(
      [...members].filter((name) => !known.includes(name)),
      ['current_since'],
    );
  });

  it('waits for a signer that could not read the keys', async () => {
    const keys = (await stack().db()).collection<{ _id: string; state: string }>('signing_keys');
    await keys.insertOne({ _id: 'unreadable', state: 'next' });
    try {
      // By the third time it has left for a second.
      const unread = printedTimes(3, /signing keys not read/);
      (await stack().bus()).publish(
        configChangedSubject(TENANT),
        JSON.stringify({ collection: 'signing_keys', time_ms: Date.now() }),
      );
      await unread;
      const asked = management.call('GET', '/keys/signing');
      await keys.deleteOne({ _id: 'unreadable' });
      assert.equal((await asked).status, 200);
    } finally {
      await keys.deleteOne({ _id: 'unreadable' });
    }
  });

  it('knows no other kid', async () => {
    for (const [method, path] of [
      ['GET', '/keys/signing/unknown'],
      ['PUT', '/keys/signing/unknown/revoke'],
    ] as const) {
      const { status, body } = await management.call(method, path);
      assert.deepEqual(body, {
        statusCode: 404,
        error: 'Not Found',
        message: 'The signing key does not exist',
        errorCode: 'inexistent_signing_key',
      });
      assert.equal(status, 404);
    }
  });
});

describe('POST /keys/signing/rotate and PUT /keys/signing/{kid}/revoke', () => {
  it('replaces the keys: what was signed before verifies until its key is revoked', async () => {
    const [next, old] = [await keyOf('RS256', 'next'), await keyOf('RS256', 'current')];
    const before = await tokenOf('RS256');
    assert((await kidsOf()).includes(next.kid), 'published before it signs');

    // The first need not be forced.
    const rotated = await management.call('POST', '/keys/signing/rotate');
    assert.deepEqual([rotated.status, rotated.body], [201, { kid: next.kid, cert: next.cert }]);
    const after = await tokenOf('RS256');
    assert.deepEqual([kidOf(before), kidOf(after)], [old.kid, next.kid]);
    const newNext = await keyOf('RS256', 'next');
    await until('the new next key is published', async () => (await kidsOf()).includes(newNext.kid), 1_000);
    for (const token of [before, after]) await verify(token);
    const shown = (await management.call('GET', `/keys/signing/${old.kid}`)).body as Key;
    assert.deepEqual([shown.current, shown.previous, typeof shown.current_until], [false, true, 'string']);
    // The token of this very request was signed by the old key too.
    const opened = await openManagement(stack());

    const revoked = await revoke(old.kid);
    assert.deepEqual([revoked.status, revoked.body], [200, { kid: old.kid, cert: old.cert }]);
    await until('the key is gone', async () => !(await kidsOf()).includes(old.kid), 1_000);
    await assert.rejects(verify(before), errors.JWKSNoMatchingKey);
    await verify(after);
    await until(
      'the API refuses its tokens',
      async () => (await management.call('GET', '/keys/signing')).status === 401,
    );
    management = opened;
    const gone = (await management.call('GET', `/keys/signing/${old.kid}`)).body as Key;
    assert.deepEqual([gone.revoked, gone.previous, typeof gone.revoked_at], [true, false, 'string']);
    assert.equal((await revoke(old.kid)).status, 200);
  });

  it('refuses a rotation to a key that verifiers with a cached JWK Set do not have yet, unless it is forced', async () => {
    const current = await keyOf('RS256', 'current');
    const { status, body, headers } = await management.call('POST', '/keys/signing/rotate');
    assert.deepEqual([status, (body as { errorCode: string }).errorCode], [409, 'signing_key_unpublished']);
    const waitSeconds = Number(headers.get('retry-after'));
    assert(waitSeconds > 0 && waitSeconds <= 360, `${String(waitSeconds)} s`);
    assert.equal((await keyOf('RS256', 'current')).kid, current.kid);
    assert.equal((await rotate()).status, 201);
    assert.notEqual((await keyOf('RS256', 'current')).kid, current.kid);
  });

  it('refuses to revoke a key that signs, or is about to', async () => {
    for (const state of ['current', 'next'] as const) {
      const { kid } = await keyOf('PS256', state);
      const { status, body } = await revoke(kid);
      assert.equal(status, 400);
      assert.deepEqual(body, {
        statusCode: 400,
        error: 'Bad Request',
        message: `The key ${kid} is the ${state} one: it signs tokens now or next. Rotate the keys first (POST /api/v2/keys/signing/rotate), until it is a previous one.`,
        errorCode: 'signing_key_in_use',
      });
      assert.equal((await keyOf('PS256', state)).kid, kid);
    }
  });

  it('lists the last three revoked keys of an algorithm', async () => {
    const ended: string[] = [];
    for (let round = 0; round < 4; round++) {
      const { kid } = await keyOf('ES256', 'current');
      assert.equal((await rotate()).status, 201);
      assert.equal((await revoke(kid)).status, 200);
      ended.unshift(kid);
    }
    const revoked = (await listKeys()).filter(({ alg, revoked }) => alg === 'ES256' && revoked).map(({ kid }) => kid);
    assert.deepEqual(revoked, ended.slice(0, 3));
  });

  it('needs both scopes to rotate, one to revoke, and one to read', async () => {
    const client = { client_id: stack().clientId, client_secret: stack().clientSecret };
    const audience = `${stack().url}/api/v2/`;
    const statuses = async (scopes: string[]): Promise<number[]> => {
      await addGrant(stack(), client.client_id, audience, scopes);
      await stack().announceChange();
      const { call } = await openManagement(stack(), client);
      const answers = [
        await call('GET', '/keys/signing'),
        await call('POST', '/keys/signing/rotate?force=true'),
        await call('PUT', '/keys/signing/unknown/revoke'),
      ];
      return answers.map(({ status }) => status);
    };
    assert.deepEqual(await statuses(['read:signing_keys']), [200, 403, 403]);
    assert.deepEqual(await statuses(['create:signing_keys']), [403, 403, 403]);
    assert.deepEqual(await statuses(['update:signing_keys']), [403, 403, 404]);
    assert.deepEqual(await statuses(['create:signing_keys', 'update:signing_keys']), [403, 201, 404]);
  });

  it('under load: no request fails, and every token verifies against the JWK Set of its time', async () => {
    const startedMs = Date.now();
    const used = new Set<string>();
    let [tokens, rotations] = [0, 0];
    const isOver = (): boolean => {
      const isTried = rotations >= 3 && tokens > 50 && used.size > 2 * ALGS.length;
      return Date.now() - startedMs > (isTried ? LOAD_MS : MAX_LOAD_MS);
    };
    const client = async (alg: string): Promise<void> => {
      while (!isOver()) {
        const { status, body } = await requestToken(stack(), { audience: apiOf(alg) });
        assert.equal(status, 200, JSON.stringify(body));
        const token = String(body.access_token);
        await verify(token);
        used.add(kidOf(token));
        tokens++;
      }
    };
    const rotating = async (): Promise<void> => {
      // The JWK Set has no place for more.
      while (!isOver() && rotations < 20) {
        assert.equal((await rotate()).status, 201);
        rotations++;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    };
    await Promise.all([rotating(), ...Array.from({ length: LOAD_CLIENTS }, (_, i) => client(ALGS[i % 4] ?? 'RS256'))]);
    assert(rotations >= 3, `${String(rotations)} rotations`);
    assert(tokens > 50, `${String(tokens)} tokens`);
    assert(used.size > 2 * ALGS.length, `${String(used.size)} keys signed`);
  });
});

describe('the algorithm of an API', () => {
  it('is one of those there are; HS256 is refused with the reason', async () => {
    const create = (signing_alg: string) =>
      management.call('POST', '/resource-servers', { identifier: `https://${signing_alg}.example.org/`, signing_alg });
    for (const alg of ALGS) assert.equal((await create(alg)).status, 201);
    const messageOf = async (alg: string) => ((await create(alg)).body as { message: string }).message;
    assert.equal(
      await messageOf('HS256'),
      "Payload validation error: 'HS256 is not supported, because every verifier of such tokens could also make them: use one of RS256, PS256, ES256, EdDSA' on property signing_alg.",
    );
    assert.equal(
      await messageOf('RS1'),
      "Payload validation error: 'must be one of RS256, PS256, ES256, EdDSA' on property signing_alg.",
    );
  });
});
