import '../contract/quiet.ts';
import assert from 'node:assert/strict';
import { jetstream } from '@nats-io/jetstream';
import { attackClass } from './attack-class.ts';
import { ACKS, openBusWorld, type Owned } from './bus-world.ts';

/**
 * Each service asks what it may ask, and asks that the answer goes where it may not publish: the server, or whoever answers, would do it
 * in its place. Where the answer is a document of the attacker's choice, it is one that would do harm there.
 */
const world = openBusWorld();
const DOCUMENT = '$JS.API.DIRECT.GET.KV_HOOKMINT_STORAGE.$KV.HOOKMINT_STORAGE.demo.';
const PURGE = '$JS.API.STREAM.PURGE.HOOKMINT_EVENTS';

/** Where an answer would do harm, and the document that would do it. */
const TARGETS: readonly (readonly [subject: string, document: string])[] = [
  [PURGE, '{}'],
  ['$JS.API.STREAM.PURGE.KV_HOOKMINT_STORAGE', '{"keep":0}'],
  ['$JS.API.STREAM.DELETE.HOOKMINT_ASSERTIONS', ''],
  ['$JS.API.STREAM.CREATE.ATTACK', '{"name":"ATTACK","subjects":["hookmint.*.token.sign"],"storage":"memory"}'],
  [
    '$JS.API.CONSUMER.CREATE.HOOKMINT_EVENTS',
    '{"stream_name":"HOOKMINT_EVENTS","config":{"deliver_subject":"_INBOX_hook-executor.attacker.x","ack_policy":"none"}}',
  ],
  ['$JS.events.API.CONSUMER.MSG.NEXT.HOOKMINT_EVENTS.management', '{"batch":4}'],
  ['$JS.FC.HOOKMINT_EVENTS.management.x', ''],
  ['$JS.SNAPSHOT.ACK.HOOKMINT_EVENTS.x', ''],
  ['$JS.EVENT.ADVISORY.API', '{}'],
  ['$KV.HOOKMINT_STORAGE.demo.victim', '"forged"'],
  ['$SYS.REQ.SERVER.PING', ''],
  ['$SYS.REQ.ACCOUNT.EVENTS.CLAIMS.UPDATE', ''],
  ['hookmint.demo.token.sign', '{"events":[{"id":"forged"}]}'],
  ['hookmint.demo.keys.manage', '{"events":[{"id":"forged"}]}'],
  ['hookmint.demo.keys.public', '{"events":[{"id":"forged"}]}'],
  ['hookmint.demo.token.requested', '{"events":[{"id":"forged"}]}'],
  ['hookmint.demo.hook.dry-run', '{"events":[{"id":"forged"}]}'],
  ['hookmint.demo.hook.rehearsal', '{"events":[{"id":"forged"}]}'],
  ['hookmint.demo.hook.log', '{}'],
  ['hookmint.demo.config.changed', '{}'],
  ['hookmint.demo.config.written', '{"events":[]}'],
  ['hookmint.demo.token.issued', '{"events":[]}'],
  ['hookmint.demo.assertion.used.forged', ''],
  ['hookmint.demo.quota.counted.forged.client', '{}'],
  ['_INBOX_gateway.victim.1', '{"replies":[]}'],
  ['_INBOX_management.victim.1', '{"replies":[]}'],
  ['_INBOX_hook-executor.victim.1', '{"replies":[]}'],
  ['_INBOX_setup.victim.1', '{}'],
  ...ACKS.map((ack) => [ack, ''] as const),
  ...['+ACK', '+TERM', '-NAK'].map((verb) => [ACKS[0] ?? '', verb] as const),
];

/** What each may ask, and what it may hear or say by its own right: there an answer gives it nothing. */
const ASKS: Record<Exclude<Owned, 'signer'>, { asked: string[]; own: RegExp }> = {
  'hook-executor': {
    asked: [DOCUMENT],
    own: /^(?:_INBOX_hook-executor\.|hookmint\.demo\.(?:hook\.|token\.requested)|\$KV\.HOOKMINT_STORAGE\.)/,
  },
  gateway: {
    asked: [
      'hookmint.demo.token.sign',
      'hookmint.demo.keys.public',
      'hookmint.demo.token.requested',
      'hookmint.demo.hook.rehearsal',
      '$JS.API.DIRECT.GET.HOOKMINT_QUOTAS',
    ],
    own: /^(?:_INBOX_gateway\.|hookmint\.demo\.(?:token\.(?:sign|requested|issued)|keys\.public|hook\.rehearsal|assertion|quota|config\.changed))/,
  },
  management: {
    asked: [
      'hookmint.demo.keys.public',
      'hookmint.demo.keys.manage',
      'hookmint.demo.hook.dry-run',
      'hookmint.demo.hook.rehearsal',
      '$JS.events.API.CONSUMER.INFO.HOOKMINT_EVENTS.management',
      '$JS.API.DIRECT.GET.HOOKMINT_QUOTAS',
    ],
    own: /^(?:_INBOX_management\.|hookmint\.demo\.(?:keys\.|hook\.|config\.)|\$KV\.HOOKMINT_STORAGE\.|\$JS\.ACK\.|\$JS\.events\.)/,
  },
};

for (const [user, { asked, own }] of Object.entries(ASKS) as [Exclude<Owned, 'signer'>, (typeof ASKS)['gateway']][]) {
  const attack = attackClass(`the answer goes elsewhere, asked by ${user}`);
  for (const [target, document] of TARGETS) {
    if (own.test(target)) continue;
    attack(`${target} ${document.slice(0, 20)}`, async () => {
      const attacker = world().as(user);
      const client = jetstream(attacker.connection);
      if (user === 'hook-executor') await client.publish('$KV.HOOKMINT_STORAGE.demo.attack', document);
      if (user === 'gateway') await client.publish('hookmint.demo.quota.counted.attack.client', document);
      const before = await world().streams();
      await world().heard();
      for (const subject of asked) {
        if (subject === DOCUMENT) {
          attacker.publish(`${DOCUMENT}attack`, '', { reply: target });
          attacker.publish(`${DOCUMENT}nothing-there`, '', { reply: target });
        } else if (subject.endsWith('HOOKMINT_QUOTAS')) {
          attacker.publish(subject, '{"last_by_subj":"hookmint.demo.quota.counted.attack.client"}', { reply: target });
          attacker.publish(subject, '{"seq":1,"batch":10}', { reply: target });
          attacker.publish(subject, '{"seq":999999}', { reply: target });
        } else {
          attacker.publish(subject, 'asked', { reply: target });
        }
      }
      // What was asked is heard by whom it was asked of, and nothing but that by anybody.
      const unasked = (await world().heard()).filter(
        ({ subject, text }) => !(asked.includes(subject) && text === 'asked'),
      );
      assert.deepEqual(unasked, []);
      assert.equal(await world().streams(), before);
    });
  }
  attack('the acknowledgement of what is stored', async () => {
    const attacker = world().as(user);
    const stored = {
      'hook-executor': '$KV.HOOKMINT_STORAGE.demo.attack',
      gateway: 'hookmint.demo.quota.counted.attack.client',
      management: '$KV.HOOKMINT_STORAGE.demo.attack',
    }[user];
    const before = await world().streams('events');
    await world().heard();
    for (const [target] of TARGETS) if (!own.test(target)) attacker.publish(stored, 'x', { reply: target });
    assert.deepEqual(
      (await world().heard()).filter(({ subject }) => subject !== stored),
      [],
    );
    assert.equal(await world().streams('events'), before);
  });
}
