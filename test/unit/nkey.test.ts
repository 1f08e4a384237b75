import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createUser, fromPublic, fromSeed } from '@nats-io/nkeys';
import { nkeyAuthenticator as ofClient } from '@nats-io/transport-node';
import { nkeyAuthenticator, publicNkeyOf } from '../../shared/bus/nkey.ts';

const SEEDS = 5;
const seedsOfUsers = Array.from({ length: SEEDS }, () => new TextDecoder().decode(createUser().getSeed()));

test('a user answers a challenge as the client itself does', () => {
  for (const seed of seedsOfUsers) {
    const bytes = new TextEncoder().encode(seed);
    for (const nonce of ['PXoWU7zWAMt75FY', 'é', '', undefined])
      assert.deepEqual(nkeyAuthenticator(seed)(nonce), ofClient(bytes)(nonce));
    assert.equal(publicNkeyOf(seed), fromSeed(bytes).getPublicKey());
  }
});

test('a signature is taken by who knows the public key, and is of its challenge alone', () => {
  const [seed = ''] = seedsOfUsers;
  const { nkey, sig } = nkeyAuthenticator(seed)('challenge') as { nkey: string; sig: string };
  const user = fromPublic(nkey);
  assert.ok(user.verify(Buffer.from('challenge'), Buffer.from(sig, 'base64')));
  assert.ok(!user.verify(Buffer.from('another'), Buffer.from(sig, 'base64')));
});

test('what is no seed of a user is no key', () => {
  const [seed = ''] = seedsOfUsers;
  const other = `${seed.slice(0, 20)}${seed[20] === 'A' ? 'B' : 'A'}${seed.slice(21)}`;
  for (const wrong of [other, seed.slice(0, -1), `${seed}AAAAAAAA`, seed.toLowerCase(), publicNkeyOf(seed), 'SU', ''])
    assert.throws(() => publicNkeyOf(wrong), /no seed of a/, wrong);
});
