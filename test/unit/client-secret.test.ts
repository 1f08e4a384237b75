import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clientSecretMatches, hashClientSecret, newClientId, newClientSecret } from '../../shared/client-secret.ts';

const key = Buffer.alloc(32, 7);
const otherKey = Buffer.alloc(32, 8);

describe('the hash of a client secret', () => {
  it('is HMAC-SHA-256 under the key, base64url', () => {
    // printf 'secret' | openssl dgst -sha256 -mac hmac -macopt hexkey:0707…07 -binary | base64
    assert.equal(hashClientSecret('secret', key), '6Pmsx2SYwCimYWLtyeZZem9fV8UER8i-Cp1qrrOmvEY');
  });

  it('differs by secret and by key', () => {
    const hashes = [
      hashClientSecret('a', key),
      hashClientSecret('b', key),
      hashClientSecret('a', otherKey),
      hashClientSecret('', key),
    ];
    assert.equal(new Set(hashes).size, hashes.length);
    for (const hash of hashes) assert.match(hash, /^[A-Za-z0-9_-]{43}$/);
  });
});

describe('a client secret', () => {
  const hashes = [hashClientSecret('newest', key), hashClientSecret('older', key)];

  it('matches any of the hashes', () => {
    assert.deepEqual(
      ['newest', 'older', 'oldest', 'Newest', ' newest', ''].map((secret) => clientSecretMatches(secret, hashes, key)),
      [true, true, false, false, false, false],
    );
  });

  it('does not match under another key', () => assert.equal(clientSecretMatches('newest', hashes, otherKey), false));

  it('matches nothing when there are no hashes', () => {
    assert.deepEqual(
      ['', 'newest'].map((secret) => clientSecretMatches(secret, [], key)),
      [false, false],
    );
  });

  for (const broken of ['', 'AAAA', 'not base64 !', `${hashClientSecret('newest', key)}AAAA`, 'newest']) {
    it(`does not match the broken hash ${JSON.stringify(broken)}, and the one beside it still`, () => {
      assert.equal(clientSecretMatches('newest', [broken], key), false);
      assert.equal(clientSecretMatches('newest', [broken, ...hashes], key), true);
    });
  }

  it('that is empty matches only the hash of the empty one', () => {
    assert.equal(clientSecretMatches('', [hashClientSecret('', key)], key), true);
    assert.equal(clientSecretMatches('', ['', ...hashes], key), false);
  });
});

describe('new credentials', () => {
  it('have the vendor’s shape and are never the same', () => {
    const ids = Array.from({ length: 100 }, newClientId);
    const secrets = Array.from({ length: 100 }, newClientSecret);
    for (const id of ids) assert.match(id, /^[A-Za-z0-9]{32}$/);
    for (const secret of secrets) assert.match(secret, /^[A-Za-z0-9_-]{64}$/);
    assert.equal(new Set([...ids, ...secrets]).size, 200);
  });
});
