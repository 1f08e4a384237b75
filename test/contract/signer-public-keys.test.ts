import './quiet.ts';
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { createBatchRequester } from '../../shared/bus/batch-requester.ts';
import { serveBatches } from '../../shared/bus/batch-responder.ts';
import { followPublicKeys } from '../../shared/public-keys.ts';
import { KeysPublic, KeysPublicReply, type PublicJwk } from '../../shared/subjects/keys-public.ts';
import { startPlainBus, type PlainBus } from './bus-fixtures.ts';
import { until } from '../support/until.ts';

/** As far as anybody looks at it who looks for its key. */
const tokenOf = (kid: string): string =>
  `${Buffer.from(JSON.stringify({ alg: 'EdDSA', kid })).toString('base64url')}.e30.AAAA`;

let bus: PlainBus;
before(async () => {
  bus = await startPlainBus();
});
after(() => bus.end());

const keyOf = (kid: string): PublicJwk => ({ kty: 'OKP', crv: 'Ed25519', x: 'x', kid, alg: 'EdDSA', use: 'sig' });

it('keys from before a change do not come back with an answer that was late', async () => {
  const subject = 'test.keys.public';
  const late = Promise.withResolvers<undefined>();
  let asked = 0;
  const there = await bus.connect();
  const responder = serveBatches({
    connection: there,
    subject,
    queue: 'signer',
    schema: KeysPublic,
    maxInFlight: 10,
    handle: async () => {
      if (++asked > 1) return { keys: [keyOf('after')] };
      await late.promise;
      return { keys: [keyOf('before')] };
    },
  });
  await there.flush();
  const connection = await bus.connect();
  const signers = createBatchRequester<KeysPublic, KeysPublicReply>({
    connection,
    service: 'test',
    subject,
    replySchema: KeysPublicReply,
  });
  const publicKeys = followPublicKeys(signers);
  try {
    const first = publicKeys.refresh();
    await until('a signer is asked', () => asked > 0);
    await publicKeys.refresh();
    assert.deepEqual(publicKeys.keys(), [keyOf('after')]);
    late.resolve(undefined);
    await first;
    assert.deepEqual(publicKeys.keys(), [keyOf('after')]);
  } finally {
    late.resolve(undefined);
    publicKeys.close();
    signers.close();
    await responder.drain();
  }
});

it('a key that was not heard of is asked for, once at a time for however many name one, and never while it is known', async () => {
  const subject = 'test.keys.unheard';
  let [asked, atOnce, mostAtOnce] = [0, 0, 0];
  let keys = [keyOf('old')];
  const there = await bus.connect();
  const serve = () =>
    serveBatches({
      connection: there,
      subject,
      queue: 'signer',
      schema: KeysPublic,
      maxInFlight: 100,
      handle: async () => {
        asked++;
        mostAtOnce = Math.max(mostAtOnce, ++atOnce);
        await new Promise((resolve) => setTimeout(resolve, 20));
        atOnce--;
        return { keys, version: asked };
      },
    });
  const responder = serve();
  await there.flush();
  const signers = createBatchRequester<KeysPublic, KeysPublicReply>({
    connection: await bus.connect(),
    service: 'test',
    subject,
    replySchema: KeysPublicReply,
  });
  const publicKeys = followPublicKeys(signers);
  try {
    await publicKeys.refresh();
    assert.equal(await publicKeys.hearOfKeyOf(tokenOf('old')), true);
    for (const none of ['', 'x.y.z', '....', 'e30.e30.AAAA']) assert.equal(await publicKeys.hearOfKeyOf(none), true);
    assert.equal(asked, 1);
    keys = [keyOf('old'), keyOf('new')];
    assert.equal(await publicKeys.hearOfKeyOf(tokenOf('new')), true);
    assert.deepEqual(publicKeys.keys(), keys);
    assert.equal(asked, 2);
    const strangers = Array.from({ length: 500 }, (_, n) => publicKeys.hearOfKeyOf(tokenOf(String(n))));
    assert.ok((await Promise.all(strangers)).every((isHeard) => isHeard));
    assert.ok(asked <= 4, `${String(asked)} times`);
    assert.equal(mostAtOnce, 1);
    await responder.drain();
    assert.equal(await publicKeys.hearOfKeyOf(tokenOf('newer')), false, 'nobody answers');
    assert.equal(await publicKeys.hearOfKeyOf(tokenOf('new')), true);
  } finally {
    publicKeys.close();
    signers.close();
    await responder.drain();
  }
});
