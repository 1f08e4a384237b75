import './quiet.ts';
import assert from 'node:assert/strict';
import { randomBytes, X509Certificate } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { Db } from 'mongodb';
import { mintAccessToken } from '../../services/signer/access-token.ts';
import { refusedRotation, revokeKey, rotateKeys } from '../../services/signer/key-states.ts';
import { openKeyRing, type KeyRing } from '../../services/signer/keys.ts';
import { rotateBySchedule } from '../../services/signer/rotate-by-schedule.ts';
import { signingKeysIn, type SigningKey, type SigningKeys } from '../../shared/store/signing-keys.ts';
import { until } from '../support/until.ts';
import { startStore, type StoreServer } from './store-fixtures.ts';

const ALGS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
const DAY_MS = 86_400_000;
const maker = { encryptionKey: randomBytes(32), subject: 'auth.example.com' };

let server: StoreServer;
let db: Db;
let store: SigningKeys;

before(async () => {
  server = await startStore();
});
after(() => server.stop());
beforeEach(async () => {
  db = await server.emptyDatabase();
  store = signingKeysIn(db);
  await store.createIndexes();
});

const open = () => openKeyRing(store, maker);
const currentKids = async () => (await store.list()).filter(({ state }) => state === 'current').map(({ kid }) => kid);

/** The current keys whose successors take no time to make. */
const quickKids = async () => [(await only('ES256', 'current')).kid, (await only('EdDSA', 'current')).kid];

/** The one key of an algorithm in a state. */
async function only(alg: string, state: SigningKey['state']): Promise<SigningKey> {
  const keys = (await store.list()).filter((key) => key.alg === alg && key.state === state);
  const [key] = keys;
  assert(key !== undefined && keys.length === 1, `${String(keys.length)} ${alg} keys are ${state}`);
  return key;
}

/** The keys are complete, and a signer signs with those that the store says are current. */
async function assertWorks(ring: KeyRing): Promise<void> {
  for (const signing_alg of ALGS) {
    await only(signing_alg, 'next');
    const { access_token, kid } = await mintAccessToken(
      {
        signing_alg,
        token_dialect: 'access_token',
        token_lifetime_seconds: 60,
        iss: 'https://auth.example.com/',
        client_id: 'client',
        aud: 'https://api.example.com/',
        custom_claims: {},
      },
      ring,
    );
    assert.equal(kid, (await only(signing_alg, 'current')).kid);
    await jwtVerify(access_token, createLocalJWKSet({ keys: ring.publicKeys() }));
  }
}

/** The store as a signer sees it that dies at its `fatal`-th write. */
function dyingAt(fatal: number): { store: SigningKeys; writes: () => number } {
  let count = 0;
  const dying = <Write extends (...args: never[]) => Promise<unknown>>(write: Write): Write =>
    ((...args) => {
      if (++count >= fatal) return Promise.reject(new Error('the signer died'));
      return write(...args);
    }) as Write;
  const { add, promote, retire, revoke, addCertificate, ...rest } = store;
  const writing = { add: dying(add), promote: dying(promote), retire: dying(retire), revoke: dying(revoke) };
  return { store: { ...rest, ...writing, addCertificate: dying(addCertificate) }, writes: () => count };
}

describe('rotation', () => {
  it('replaces each current key by the one that was published as next, makes a new next one, and keeps the old ones verifying', async () => {
    const ring = await open();
    const before = await store.list();
    const published = ring.publicKeys().map(({ kid }) => kid);
    await rotateKeys(store, await currentKids(), maker);
    await ring.reload();
    for (const alg of ALGS) {
      const was = (state: string) => before.find((key) => key.alg === alg && key.state === state)?.kid;
      assert.equal((await only(alg, 'current')).kid, was('next'));
      assert.equal((await only(alg, 'previous')).kid, was('current'));
      assert(published.includes(ring.current(alg, 60).kid), 'the key that signs was published before it did');
      assert(!published.includes((await only(alg, 'next')).kid));
    }
    assert.deepEqual(
      published.filter((kid) => !ring.publicKeys().some((key) => key.kid === kid)),
      [],
    );
    await assertWorks(ring);
  });

  it('keeps the order of the published keys: those of RS256 first, the current one before all, and the same at each start', async () => {
    const ring = await open();
    for (let round = 0; round < 3; round++) {
      const keys = ring.publicKeys();
      assert.equal(keys[0]?.kid, ring.current('RS256', 60).kid);
      assert.deepEqual([...new Set(keys.map(({ alg }) => alg))], ALGS);
      const algs = keys.map(({ alg }) => ALGS.findIndex((one) => one === alg));
      assert.deepEqual(algs, algs.toSorted());
      for (const alg of ALGS) {
        const ofAlg = keys.filter((key) => key.alg === alg).map(({ kid }) => kid);
        assert.deepEqual(ofAlg.slice(0, 2), [(await only(alg, 'current')).kid, (await only(alg, 'next')).kid]);
      }
      assert.deepEqual((await open()).publicKeys(), keys);
      await rotateKeys(store, await currentKids(), maker);
      await ring.reload();
    }
  });

  it('destroys the private part of a key that signs no longer', async () => {
    await open();
    const kids = await currentKids();
    await rotateKeys(store, kids, maker);
    const replaced = (await store.list()).filter(({ kid }) => kids.includes(kid));
    assert.deepEqual(
      replaced.map(({ private_jwe }) => private_jwe),
      [undefined, undefined, undefined, undefined],
    );
  });

  it('asked for twice of the same keys, happens once; of some only, to these only', async () => {
    await open();
    const kids = await currentKids();
    const rsa = await only('RS256', 'current');
    await rotateKeys(store, [rsa.kid], maker);
    const once = await currentKids();
    assert.equal(once.filter((kid) => !kids.includes(kid)).length, 1);
    await rotateKeys(store, [rsa.kid, 'no such key'], maker);
    assert.deepEqual((await currentKids()).sort(), once.sort());
  });

  it('by several signers at once leaves one current and one next key, and every signer signing', async () => {
    const rings = await Promise.all([open(), open(), open()]);
    for (let round = 0; round < 5; round++) {
      const kids = await quickKids();
      await Promise.all(rings.map((ring) => rotateKeys(store, kids, maker).then(() => ring.reload())));
      await Promise.all(rings.map((ring) => ring.reload()));
      assert.equal((await currentKids()).filter((kid) => kids.includes(kid)).length, 0);
      for (const ring of rings) await assertWorks(ring);
    }
  });

  it('broken off by a crash at any write is mended by the next signer, and the old keys verify all the while', async () => {
    let fatal = 1;
    for (; ; fatal++) {
      const ring = await open();
      const kids = await quickKids();
      const dying = dyingAt(fatal);
      const ended = await rotateKeys(dying.store, kids, maker).then(
        () => 'rotated',
        (error: unknown) => (error as Error).message,
      );
      const verifying = (await store.list()).map(({ kid }) => kid);
      assert.deepEqual(
        kids.filter((kid) => !verifying.includes(kid)),
        [],
      );
      await ring.reload();
      await assertWorks(ring);
      await assertWorks(await open());
      if (ended === 'rotated') break;
      assert.equal(ended, 'the signer died');
    }
    assert(fatal > 3 * 2, `only ${String(fatal)} writes`);
  });

  it('is not begun when the next key cannot be opened: the current one stays', async () => {
    await open();
    const [current, next] = [await only('ES256', 'current'), await only('ES256', 'next')];
    await db
      .collection<{ _id: string }>('signing_keys')
      .updateOne({ _id: next.kid }, { $set: { private_jwe: 'damaged' } });
    await assert.rejects(rotateKeys(store, [current.kid], maker), { code: 'signing_key_undecryptable' });
    assert.equal((await only('ES256', 'current')).kid, current.kid);
  });
});

describe('a rotation is refused', () => {
  const PUBLICATION_MS = 60_000;
  const refusal = async (kids: readonly string[], publicationMs = PUBLICATION_MS) =>
    (await refusedRotation(store, kids, publicationMs))?.refused;

  it('until the next key is published for so long, but for the first, which never was without it', async () => {
    await open();
    const first = await quickKids();
    assert.equal(await refusal(first), undefined);
    await rotateKeys(store, first, maker);
    const second = await quickKids();
    assert.equal(await refusal(second), 'unpublished');
    assert.equal(await refusal(second, 0), undefined);
    assert.equal(await refusal(first), undefined, 'they are replaced already');
    for (const alg of ['ES256', 'EdDSA']) {
      const { kid } = await only(alg, 'next');
      const created_at_ms = Date.now() - PUBLICATION_MS;
      await db.collection<{ _id: string }>('signing_keys').updateOne({ _id: kid }, { $set: { created_at_ms } });
    }
    assert.equal(await refusal(second), undefined);
  });

  it('when the set has 32 replaced keys of the algorithm, also where it is forced', async () => {
    const ring = await open();
    for (let round = 0; round < 32; round++) {
      const { kid } = await only('EdDSA', 'current');
      assert.equal(await refusal([kid], 0), undefined);
      await rotateKeys(store, [kid], maker);
    }
    const { kid } = await only('EdDSA', 'current');
    assert.equal(await refusal([kid], 0), 'too_many_previous');
    await ring.reload();
    assert.equal(ring.publicKeys().filter(({ alg }) => alg === 'EdDSA').length, 34);
    await revokeKey(store, (await store.list()).find(({ state }) => state === 'previous')?.kid ?? '');
    assert.equal(await refusal([kid], 0), undefined);
  });
});

describe('revocation', () => {
  it('ends a previous key, and only that; it does not come back', async () => {
    const ring = await open();
    const [current, next] = [await only('ES256', 'current'), await only('ES256', 'next')];
    assert.equal(await revokeKey(store, current.kid), 'in_use');
    assert.equal(await revokeKey(store, next.kid), 'in_use');
    assert.equal(await revokeKey(store, 'no such key'), 'unknown');
    await rotateKeys(store, [current.kid], maker);
    assert.equal(await revokeKey(store, current.kid), undefined);
    assert.equal(await revokeKey(store, current.kid), undefined);
    await ring.reload();
    assert.equal(
      ring.publicKeys().some(({ kid }) => kid === current.kid),
      false,
    );
    assert.deepEqual(
      (await store.listRevoked()).map(({ kid, state }) => [kid, state]),
      [[current.kid, 'revoked']],
    );
    await assertWorks(ring);
  });
});

describe('rotation by schedule', () => {
  const age = (kid: string, member: string, days: number) =>
    db
      .collection<{ _id: string }>('signing_keys')
      .updateOne({ _id: kid }, { $set: { [member]: Date.now() - days * DAY_MS } });

  it('replaces the keys that are old enough, once their successors are published for long enough', async () => {
    await open();
    const [due, notDue] = [await only('RS256', 'current'), await only('ES256', 'current')];
    await age(due.kid, 'current_since_ms', 31);
    await age(notDue.kid, 'current_since_ms', 29);
    const rotate = rotateBySchedule(store, maker, { days: 30, publicationMs: 60_000 });
    await rotate();
    assert.equal((await only('RS256', 'current')).kid, due.kid);
    await age((await only('RS256', 'next')).kid, 'created_at_ms', 1);
    await rotate();
    assert.equal((await only('RS256', 'previous')).kid, due.kid);
    assert.equal((await only('ES256', 'current')).kid, notDue.kid);
  });

  it('ends a replaced key when the last token that it signed has expired, also where nothing is replaced by age', async () => {
    const ring = await open();
    const [short, long, older] = [
      await only('ES256', 'current'),
      await only('EdDSA', 'current'),
      await only('PS256', 'current'),
    ];
    ring.current('EdDSA', 2 * 86_400);
    ring.current('EdDSA', 86_400);
    await until(
      'the longest token is kept',
      async () => (await only('EdDSA', 'current')).longest_token_seconds === 172_800,
    );
    const kids = [short.kid, long.kid, older.kid];
    await rotateKeys(store, kids, maker);
    await db
      .collection<{ _id: string }>('signing_keys')
      .updateOne({ _id: older.kid }, { $unset: { longest_token_seconds: '' } });
    const leftAfter = async (days: number): Promise<string[]> => {
      for (const kid of kids) await age(kid, 'current_until_ms', days);
      await rotateBySchedule(store, maker, { days: undefined, publicationMs: 0 })();
      const left = await store.list();
      return left
        .filter(({ state }) => state === 'previous')
        .map(({ alg }) => alg)
        .sort();
    };
    assert.deepEqual(await leftAfter(0.99), ['ES256', 'EdDSA', 'PS256']);
    assert.deepEqual(await leftAfter(1.1), ['EdDSA', 'PS256']);
    assert.deepEqual(await leftAfter(2.1), ['PS256']);
    assert.deepEqual(await leftAfter(29), ['PS256']);
    assert.deepEqual(await leftAfter(30.1), []);
    await ring.reload();
    assert.deepEqual(
      ring.publicKeys().filter(({ kid }) => kids.includes(kid)),
      [],
    );
  });

  it('does nothing unless it was asked for', async () => {
    await open();
    const { kid } = await only('RS256', 'current');
    await age(kid, 'current_since_ms', 10_000);
    await rotateBySchedule(store, maker, { days: undefined, publicationMs: 0 })();
    assert.equal((await only('RS256', 'current')).kid, kid);
  });
});

describe('a certificate', () => {
  it('is given to keys of a version that made none, by the signer that starts, and kept', async () => {
    await open();
    await db.collection('signing_keys').updateMany({}, { $unset: { certificate: '', current_since_ms: '' } });
    const [first] = [await open(), await open()];
    const certificates = (await store.list()).map(({ certificate }) => certificate);
    await open();
    assert.deepEqual(
      (await store.list()).map(({ certificate }) => certificate),
      certificates,
    );
    for (const { certificate = '', kid } of await store.list()) {
      const parsed = new X509Certificate(Buffer.from(certificate, 'base64'));
      assert.equal(parsed.subject, 'CN=auth.example.com');
      assert(parsed.verify(parsed.publicKey));
      assert.deepEqual(first.publicKeys().find((key) => key.kid === kid)?.x5c, [certificate]);
    }
  });
});
