import './quiet.ts';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { compactDecrypt, createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import type { Db } from 'mongodb';
import { mintAccessToken } from '../../services/signer/access-token.ts';
import { openKeyRing, type KeyRing } from '../../services/signer/keys.ts';
import type { HookmintError } from '../../shared/errors.ts';
import { signingKeysIn, type SigningKey } from '../../shared/store/signing-keys.ts';
import type { TokenSign } from '../../shared/subjects/token-sign.ts';
import { startStore, type StoreServer } from './store-fixtures.ts';

const KEY = randomBytes(32);
const ALGS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
const MEMBERS = {
  RSA: ['alg', 'e', 'kid', 'kty', 'n', 'use'],
  EC: ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
  OKP: ['alg', 'crv', 'kid', 'kty', 'use', 'x'],
};

let server: StoreServer;
let db: Db;

before(async () => {
  server = await startStore();
});
after(() => server.stop());
beforeEach(async () => {
  db = await server.emptyDatabase();
  await signingKeysIn(db).createIndexes();
});

const maker = (encryptionKey = KEY) => ({ encryptionKey, subject: 'auth.example.com' });
const open = (key = KEY) => openKeyRing(signingKeysIn(db), maker(key));

const byAlgAndState = (a: SigningKey, b: SigningKey) => `${a.alg}${a.state}`.localeCompare(`${b.alg}${b.state}`);

const request = (more: Partial<TokenSign> = {}): TokenSign => ({
  signing_alg: 'RS256',
  token_dialect: 'access_token',
  token_lifetime_seconds: 60,
  iss: 'https://auth.example.com/',
  client_id: 'client',
  aud: 'https://api.example.com/',
  custom_claims: {},
  ...more,
});

const undecryptable = (kid: string) => ({
  name: 'HookmintError',
  code: 'signing_key_undecryptable',
  message: `The private key ${kid} cannot be decrypted. Start the signer with the HOOKMINT_SIGNING_KEY_ENCRYPTION_KEY that encrypted it.`,
});

describe('the signing keys', () => {
  it('are made once, a current and a next one for each algorithm, however many signers start at the same time', async () => {
    const rings = await Promise.all([open(), open(), open()]);
    const stored = (await signingKeysIn(db).list()).sort(byAlgAndState);
    assert.deepEqual(
      stored.map(({ alg, state }) => [alg, state]),
      ALGS.toSorted((a, b) => a.localeCompare(b)).flatMap((alg) => [
        [alg, 'current'],
        [alg, 'next'],
      ]),
    );
    for (const ring of rings) {
      assert.deepEqual(ring.publicKeys(), rings[0].publicKeys());
      for (const alg of ALGS) {
        const current = stored.find((key) => key.alg === alg && key.state === 'current');
        assert.equal(ring.current(alg, 60).kid, current?.kid);
        assert.equal(ring.current(alg, 60).key.type, 'private');
      }
    }
  });

  it('are the same ones at the next start', async () => {
    const first = (await open()).publicKeys();
    assert.deepEqual((await open()).publicKeys(), first);
  });

  it('lie in the store encrypted, unreadable without the key they were made under', async () => {
    await open();
    for (const { kid, public_jwk, private_jwe = '' } of await signingKeysIn(db).list()) {
      assert.deepEqual(decodeProtectedHeader(private_jwe), { alg: 'dir', enc: 'A256GCM', kid });
      assert.deepEqual(Object.keys(public_jwk).sort(), MEMBERS[public_jwk.kty]);
      await assert.rejects(compactDecrypt(private_jwe, randomBytes(32)), { code: 'ERR_JWE_DECRYPTION_FAILED' });
      const { plaintext } = await compactDecrypt(private_jwe, KEY);
      assert.equal(typeof (JSON.parse(new TextDecoder().decode(plaintext)) as { d: unknown }).d, 'string');
    }
  });

  it('are refused under another key, with the way out', async () => {
    await open();
    const kids = (await signingKeysIn(db).list()).filter(({ state }) => state === 'current').map(({ kid }) => kid);
    const error = await open(randomBytes(32)).then(
      () => undefined,
      (reason: unknown) => reason as HookmintError,
    );
    const kid = kids.find((candidate) => error?.message.includes(candidate)) ?? '';
    assert.deepEqual({ name: error?.name, code: error?.code, message: error?.message }, undecryptable(kid));
    assert.equal((await signingKeysIn(db).list()).length, 2 * ALGS.length, 'no new keys in their place');
  });

  it('are refused when a ciphertext was moved to another document', async () => {
    await open();
    const keys = (await signingKeysIn(db).list()).filter(({ alg }) => alg === 'ES256');
    const [current, next] = [keys.find(({ state }) => state === 'current'), keys.find(({ state }) => state === 'next')];
    assert(current !== undefined && next !== undefined);
    await db
      .collection<{ _id: string }>('signing_keys')
      .updateOne({ _id: current.kid }, { $set: { private_jwe: next.private_jwe } });
    await assert.rejects(open(), undecryptable(current.kid));
  });
});

describe('an access token', () => {
  let ring: KeyRing;
  before(async () => {
    ring = await openKeyRing(signingKeysIn(await server.emptyDatabase()), maker());
  });

  for (const signing_alg of ALGS) {
    it(`signed with ${signing_alg} verifies against the published keys`, async () => {
      const { access_token, kid } = await mintAccessToken(
        request({ signing_alg, scope: 'read', custom_claims: { 'https://foo.com/claim': 'bar' } }),
        ring,
      );
      const { payload, protectedHeader } = await jwtVerify(
        access_token,
        createLocalJWKSet({ keys: ring.publicKeys() }),
        {
          issuer: 'https://auth.example.com/',
          audience: 'https://api.example.com/',
        },
      );
      assert.deepEqual(protectedHeader, { alg: signing_alg, typ: 'JWT', kid });
      assert.equal(kid, ring.current(signing_alg, 60).kid);
      const { iat = 0 } = payload;
      assert.deepEqual(payload, {
        'https://foo.com/claim': 'bar',
        iss: 'https://auth.example.com/',
        sub: 'client@clients',
        aud: 'https://api.example.com/',
        iat,
        exp: iat + 60,
        scope: 'read',
        gty: 'client-credentials',
        azp: 'client',
      });
    });
  }

  for (const claim of ['iss', 'sub', 'aud', 'exp', 'scope', 'azp', 'permissions', 'constructor']) {
    it(`is not minted with a hook's own "${claim}"`, async () => {
      await assert.rejects(mintAccessToken(request({ custom_claims: { [claim]: 'forged' } }), ring), {
        name: 'HookmintError',
        code: 'reserved_claim',
        message: `The claim "${claim}" is reserved for the issuer.`,
      });
    });
  }
});
