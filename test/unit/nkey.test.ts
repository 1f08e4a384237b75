import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createUser, fromPublic } from '@nats-io/nkeys';
import { nkeyAuthenticator, publicNkey } from '../../shared/bus/nkey.ts';

const SEEDS = 10;

describe('an nkey of a user', () => {
  it('has the public key that the library of nkeys makes of its seed, and signs as that verifies', () => {
    for (let n = 0; n < SEEDS; n++) {
      const user = createUser();
      const seed = new TextDecoder().decode(user.getSeed());
      assert.equal(publicNkey(seed), user.getPublicKey());
      const { nkey, sig } = nkeyAuthenticator(seed)(`nonce ${n}`) as { nkey: string; sig: string };
      assert.equal(nkey, user.getPublicKey());
      assert(fromPublic(nkey).verify(Buffer.from(`nonce ${n}`), Buffer.from(sig, 'base64')));
    }
  });

  it('is not made of a seed with a mistake in it', () => {
    const seed = new TextDecoder().decode(createUser().getSeed());
    const changed = seed.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    assert.throws(() => nkeyAuthenticator(changed));
  });
});
