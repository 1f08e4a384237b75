import './quiet.ts';
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { createBatchRequester } from '../../shared/bus/batch-requester.ts';
import { serveBatches } from '../../shared/bus/batch-responder.ts';
import { followPublicKeys } from '../../shared/public-keys.ts';
import { KeysPublic, KeysPublicReply, type PublicJwk } from '../../shared/subjects/keys-public.ts';
import { startPlainBus, type PlainBus } from './bus-fixtures.ts';

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
    while (asked === 0) await new Promise((resolve) => setTimeout(resolve, 5));
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
