import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, nkeyAuthenticator, PermissionViolationError, type NatsConnection } from '@nats-io/transport-node';
import type { BusUser } from '../../deploy/local/local-secrets.ts';
import { ensureAssertionsStream } from '../../shared/bus/streams/assertions.ts';
import { ensureEventsStream } from '../../shared/bus/streams/events.ts';
import { ensureQuotasStream } from '../../shared/bus/streams/quotas.ts';
import { publicNkeyOf } from '../../shared/bus/nkey.ts';
import { newSeed, startBusWithUsers, type Bus } from './bus-fixtures.ts';

let bus: Bus;

before(async () => {
  bus = await startBusWithUsers();
});
after(() => bus.stop());

const READING_THE_STREAM = ['CONSUMER.INFO.HOOKMINT_EVENTS.management', 'CONSUMER.MSG.NEXT.HOOKMINT_EVENTS.management'];
/** As the account that keeps the stream has it, and as others do. */
const IN_ITS_ACCOUNT = READING_THE_STREAM.map((what) => `$JS.API.${what}`);
const FROM_ANOTHER = READING_THE_STREAM.map((what) => `$JS.events.API.${what}`);

const DOCUMENT_OF_A_HOOK = '$JS.API.DIRECT.GET.KV_HOOKMINT_STORAGE.$KV.HOOKMINT_STORAGE.demo.hook';

const READING_QUOTAS = '$JS.API.DIRECT.GET.HOOKMINT_QUOTAS';

/** What each user may publish of its own accord; every other subject listed in {@link SUBJECTS} is refused it. */
const MAY_PUBLISH: Record<BusUser, readonly string[]> = {
  gateway: [
    'hookmint.demo.token.requested',
    'hookmint.demo.token.sign',
    'hookmint.demo.keys.public',
    'hookmint.demo.token.issued',
    'hookmint.demo.token.denied',
    'hookmint.demo.token.failed',
    'hookmint.demo.assertion.used.hash',
    'hookmint.demo.quota.warning',
    'hookmint.demo.limit.exceeded',
    'hookmint.demo.quota.counted.gateway.hash',
    'hookmint.demo.hook.watched',
    'hookmint.demo.hook.recorded',
    'hookmint.demo.hook.shadowed',
    'hookmint.demo.hook.rehearsal',
    READING_QUOTAS,
  ],
  'hook-executor': ['hookmint.demo.hook.log', '$KV.HOOKMINT_STORAGE.demo.hook', DOCUMENT_OF_A_HOOK],
  signer: [],
  management: [
    'hookmint.demo.config.changed',
    'hookmint.demo.config.written',
    '$KV.HOOKMINT_STORAGE.demo.hook',
    'hookmint.demo.keys.public',
    'hookmint.demo.keys.manage',
    'hookmint.demo.hook.dry-run',
    'hookmint.demo.hook.rehearsal',
    ...FROM_ANOTHER,
    READING_QUOTAS,
    '$JS.ACK.HOOKMINT_EVENTS.management.1.1.1.1.0',
  ],
  setup: [
    'hookmint.demo.config.changed',
    '$JS.API.INFO',
    '$JS.API.STREAM.DELETE.HOOKMINT_EVENTS',
    '$JS.API.CONSUMER.INFO.HOOKMINT_EVENTS.other',
    '$JS.API.STREAM.MSG.GET.HOOKMINT_ASSERTIONS',
    '$JS.API.STREAM.PURGE.HOOKMINT_ASSERTIONS',
    '$JS.SNAPSHOT.ACK.HOOKMINT_EVENTS.id',
    '$JS.SNAPSHOT.RESTORE.HOOKMINT_EVENTS.id',
    ...IN_ITS_ACCOUNT,
    READING_QUOTAS,
    '$JS.API.STREAM.INFO.HOOKMINT_QUOTAS',
    '$JS.API.CONSUMER.CREATE.HOOKMINT_QUOTAS',
    DOCUMENT_OF_A_HOOK,
    '$JS.API.DIRECT.GET.KV_HOOKMINT_STORAGE',
    '$JS.API.DIRECT.GET.KV_OTHER.$KV.OTHER.demo.hook',
  ],
  'setup-storage': [
    '$JS.API.INFO',
    '$JS.API.STREAM.DELETE.HOOKMINT_EVENTS',
    '$JS.API.CONSUMER.INFO.HOOKMINT_EVENTS.other',
    '$JS.API.STREAM.MSG.GET.HOOKMINT_ASSERTIONS',
    '$JS.API.STREAM.PURGE.HOOKMINT_ASSERTIONS',
    '$JS.SNAPSHOT.ACK.HOOKMINT_EVENTS.id',
    '$JS.SNAPSHOT.RESTORE.HOOKMINT_EVENTS.id',
    ...IN_ITS_ACCOUNT,
    READING_QUOTAS,
    '$JS.API.STREAM.INFO.HOOKMINT_QUOTAS',
    '$JS.API.CONSUMER.CREATE.HOOKMINT_QUOTAS',
    DOCUMENT_OF_A_HOOK,
    '$JS.API.DIRECT.GET.KV_HOOKMINT_STORAGE',
    '$JS.API.DIRECT.GET.KV_OTHER.$KV.OTHER.demo.hook',
  ],
};

const SUBJECTS = [
  ...new Set(Object.values(MAY_PUBLISH).flat()),
  'hookmint.demo.token.other',
  'hookmint.demo.assertion.used',
  'hookmint.demo.assertion.used.a.b',
  'hookmint.demo.assertion.other.hash',
  'hookmint.demo.quota.counted',
  'hookmint.demo.quota.counted.gateway',
  'hookmint.demo.quota.other',
  'hookmint.demo.sub.token.sign',
  'hookmint.token.sign',
  '_INBOX_gateway.forged.1',
  '_INBOX_hook-executor.forged',
  '_INBOX_signer.forged',
  '_INBOX_management.forged',
  '_INBOX_setup.forged',
  '_INBOX.forged',
  '$JS.ACK.HOOKMINT_EVENTS.consumer.1.1.1.1.0',
  '$SYS.REQ.SERVER.PING',
  '$KV.HOOKMINT_STORAGE.demo',
  '$KV.HOOKMINT_STORAGE.demo.sub.hook',
  '$KV.OTHER.demo.hook',
  'anything',
];

/** What each user may subscribe to: subject, and queue where it has to be a member of one. */
const MAY_SUBSCRIBE: Record<BusUser, readonly (readonly [subject: string, queue?: string])[]> = {
  gateway: [
    ['_INBOX_gateway.abc.*'],
    ['_INBOX_gateway.>', 'hook-executor'],
    ['hookmint.demo.config.changed'],
    ['hookmint.demo.quota.counted.*.*'],
  ],
  'hook-executor': [
    ['hookmint.demo.token.requested', 'hook-executor'],
    ['hookmint.demo.hook.dry-run', 'hook-executor'],
    ['hookmint.demo.hook.rehearsal', 'hook-executor'],
    ['_INBOX_hook-executor.>'],
  ],
  signer: [
    ['hookmint.demo.token.sign', 'signer'],
    ['hookmint.demo.keys.public', 'signer'],
    ['hookmint.demo.keys.manage', 'signer'],
    ['hookmint.demo.config.changed'],
  ],
  management: [
    ['_INBOX_management.abc.*'],
    ['hookmint.demo.config.changed'],
    ['hookmint.demo.hook.log'],
    ['hookmint.demo.hook.watched'],
    ['hookmint.demo.hook.recorded', 'management'],
    ['hookmint.demo.hook.shadowed'],
  ],
  setup: [
    ['_INBOX_setup.abc.*'],
    ['hookmint.demo.token.issued'],
    ['hookmint.demo.token.denied'],
    ['hookmint.demo.token.failed'],
    ['hookmint.demo.config.written'],
    ['hookmint.demo.hook.log'],
  ],
  'setup-storage': [['_INBOX_setup-storage.abc.*']],
};

const SUBSCRIPTIONS: readonly (readonly [subject: string, queue?: string])[] = [
  ['>'],
  ['>', 'hook-executor'],
  ['*.>'],
  ['hookmint.>'],
  ['hookmint.*.token.*'],
  ['hookmint.demo.token.requested'],
  ['hookmint.demo.token.requested', 'other'],
  ['hookmint.demo.token.requested', 'signer'],
  ['hookmint.demo.token.requested', 'hook-executor'],
  ['hookmint.demo.token.sign'],
  ['hookmint.demo.token.sign', 'hook-executor'],
  ['hookmint.demo.token.sign', 'signer'],
  ['hookmint.demo.keys.public'],
  ['hookmint.demo.keys.public', 'signer'],
  ['hookmint.demo.keys.manage'],
  ['hookmint.demo.keys.manage', 'signer'],
  ['hookmint.demo.config.changed'],
  ['hookmint.demo.config.written'],
  ['hookmint.demo.hook.dry-run'],
  ['hookmint.demo.hook.dry-run', 'signer'],
  ['hookmint.demo.hook.dry-run', 'hook-executor'],
  ['hookmint.demo.hook.rehearsal'],
  ['hookmint.demo.hook.rehearsal', 'hook-executor'],
  ['hookmint.demo.hook.log'],
  ['hookmint.demo.hook.watched'],
  ['hookmint.demo.hook.recorded'],
  ['hookmint.demo.hook.recorded', 'management'],
  ['hookmint.demo.token.issued'],
  ['hookmint.demo.token.denied'],
  ['hookmint.demo.token.failed'],
  ['hookmint.demo.quota.counted.*.*'],
  ['hookmint.demo.quota.*'],
  ['hookmint.demo.limit.exceeded'],
  ['_INBOX_gateway.abc.*'],
  ['_INBOX_gateway.>', 'hook-executor'],
  ['_INBOX_hook-executor.>'],
  ['_INBOX_signer.>'],
  ['_INBOX_management.abc.*'],
  ['_INBOX_setup.abc.*'],
  ['_INBOX_setup-storage.abc.*'],
  ['_INBOX.>'],
  ['$JS.API.>'],
  ['$SYS.>'],
];

type Refusal = { operation: 'publish' | 'subscription'; subject: string };

/** What the server refused of all that `act` did. */
async function refusals(user: BusUser, act: (connection: NatsConnection) => void): Promise<Refusal[]> {
  const connection = await bus.connect(user);
  const refused: Refusal[] = [];
  const watched = (async () => {
    for await (const status of connection.status()) {
      if (status.type === 'error' && status.error instanceof PermissionViolationError) {
        refused.push({ operation: status.error.operation, subject: status.error.subject });
      }
    }
  })();
  act(connection);
  // The server answers in order: what it refuses, it has refused before it answers the ping.
  await connection.flush();
  await connection.close();
  await watched;
  return refused;
}

for (const user of Object.keys(MAY_PUBLISH) as BusUser[]) {
  describe(`the ${user}'s user`, () => {
    for (const subject of SUBJECTS) {
      const allowed = MAY_PUBLISH[user].includes(subject);
      it(`may ${allowed ? '' : 'not '}publish ${subject}`, async () => {
        assert.deepEqual(
          await refusals(user, (connection) => connection.publish(subject, '{}')),
          allowed ? [] : [{ operation: 'publish', subject }],
        );
      });
    }

    for (const [subject, queue] of SUBSCRIPTIONS) {
      const allowed = MAY_SUBSCRIBE[user].some((entry) => entry[0] === subject && entry[1] === queue);
      const what = `${subject} ${queue === undefined ? 'without a queue' : `as a member of ${queue}`}`;
      it(`may ${allowed ? '' : 'not '}subscribe to ${what}`, async () => {
        assert.deepEqual(
          await refusals(
            user,
            (connection) =>
              void connection.subscribe(subject, {
                ...(queue === undefined ? {} : { queue }),
                callback: () => undefined,
              }),
          ),
          allowed ? [] : [{ operation: 'subscription', subject }],
        );
      });
    }
  });
}

describe('a reply', () => {
  const request = (gateway: NatsConnection, subject: string, payload = '{}') => {
    const replies: string[] = [];
    const inbox = `_INBOX_gateway.${String(Math.random()).slice(2)}`;
    const subscription = gateway.subscribe(`${inbox}.*`, {
      callback: (_, message) => void replies.push(message.string()),
    });
    gateway.publish(subject, payload, { reply: `${inbox}.1` });
    return { replies, reply: `${inbox}.1`, subscription };
  };

  for (const [user, subject, queue] of [
    ['hook-executor', 'hookmint.demo.token.requested', 'hook-executor'],
    ['signer', 'hookmint.demo.token.sign', 'signer'],
    ['signer', 'hookmint.demo.keys.public', 'signer'],
  ] as const) {
    it(`of the ${user} reaches who asked on ${subject}, as often as 128 times and no more`, async () => {
      const gateway = await bus.connect('gateway');
      const responder = await bus.connect(user);
      const received = new Promise<string>((resolve) => {
        responder.subscribe(subject, { queue, callback: (_, message) => resolve(message.reply ?? '') });
      });
      await responder.flush();
      const asked = request(gateway, subject);
      const reply = await received;
      // Of the server's own: whoever answers sees nothing of another account, and can be sent nowhere else.
      assert.match(reply, /^_R_\.\w+\.\w+$/);
      for (let n = 1; n <= 1_030; n++) responder.publish(reply, String(n));
      await responder.flush();
      await gateway.flush();
      assert.deepEqual(
        asked.replies,
        Array.from({ length: 128 }, (_, index) => String(index + 1)),
      );
      await responder.close();
    });
  }

  it('of an executor to a request that another executor has is refused', async () => {
    const gateway = await bus.connect('gateway');
    const asked = await bus.connect('hook-executor');
    const received = new Promise<string>((resolve) => {
      asked.subscribe('hookmint.demo.token.requested', {
        queue: 'hook-executor',
        callback: (_, message) => resolve(message.reply ?? ''),
      });
    });
    await asked.flush();
    const { replies } = request(gateway, 'hookmint.demo.token.requested');
    const reply = await received;
    assert.deepEqual(await refusals('hook-executor', (other) => other.publish(reply, 'forged')), [
      { operation: 'publish', subject: reply },
    ]);
    asked.publish(reply, 'true');
    await asked.flush();
    await gateway.flush();
    assert.deepEqual(replies, ['true']);
    await asked.close();
  });
});

describe('the stream of token events', () => {
  it('is made by setup, acknowledged to the gateway, and out of reach of everybody else', async () => {
    const setup = await bus.connect('setup');
    await ensureEventsStream(setup);
    const gateway = await bus.connect('gateway');
    const ack = await jetstream(gateway).publish('hookmint.demo.token.issued', '{"events":[]}');
    assert.deepEqual({ stream: ack.stream, duplicate: ack.duplicate }, { stream: 'HOOKMINT_EVENTS', duplicate: false });
    const streams = (await jetstreamManager(setup)).streams;
    assert.equal((await streams.info('HOOKMINT_EVENTS')).state.last_seq, ack.seq);
    await assert.rejects(jetstreamManager(gateway, { timeout: 500 }), /Permissions Violation.*\$JS\.API\.INFO/);
  });
});

describe('the stream of used assertions', () => {
  it('is made by setup, takes each subject once, and is read and emptied by nobody else', async () => {
    const setup = await bus.connect('setup');
    await ensureAssertionsStream(setup);
    await ensureAssertionsStream(setup);
    const gateway = await bus.connect('gateway');
    const use = (hash: string) =>
      jetstream(gateway).publish(`hookmint.demo.assertion.used.${hash}`, '', { expect: { lastSubjectSequence: 0 } });
    assert.equal((await use('a')).stream, 'HOOKMINT_ASSERTIONS');
    await use('b');
    await assert.rejects(use('a'), { name: 'JetStreamApiError', code: 10_071 });
    const manager = await jetstreamManager(setup);
    assert.equal((await manager.streams.info('HOOKMINT_ASSERTIONS')).state.messages, 2);
  });
});

describe('the stream of counted tokens', () => {
  it('is made by setup, written by gateways, and read by them and by management, each client of each gateway once', async () => {
    const setup = await bus.connect('setup-storage');
    await ensureQuotasStream(setup);
    await ensureQuotasStream(setup);
    const gateway = await bus.connect('gateway');
    for (const [subject, text] of [
      ['a.x', 'old'],
      ['b.x', 'other'],
      ['a.x', 'new'],
    ] as const) {
      await jetstream(gateway).publish(`hookmint.demo.quota.counted.${subject}`, text);
    }
    for (const reader of [gateway, await bus.connect('management')]) {
      const { direct } = await jetstreamManager(reader, { checkAPI: false });
      const kept: string[] = [];
      for await (const message of await direct.getBatch('HOOKMINT_QUOTAS', { seq: 1, batch: 10 })) {
        kept.push(message.string());
      }
      assert.deepEqual(kept, ['other', 'new']);
    }
  });
});

describe('whoever has no user', () => {
  const tryToConnect = (seed?: string) =>
    connect({
      servers: bus.url,
      reconnect: false,
      ...(seed === undefined ? {} : { authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)) }),
    });

  it('is refused without a key', async () => {
    await assert.rejects(tryToConnect(), { name: 'AuthorizationError' });
  });

  it('is refused with an unknown key', async () => {
    await assert.rejects(tryToConnect(newSeed()), { name: 'AuthorizationError' });
  });

  it('is refused with the public key of a service and a signature of another', async () => {
    const ownKey = new TextEncoder().encode(newSeed());
    await assert.rejects(
      connect({
        servers: bus.url,
        reconnect: false,
        authenticator: (nonce?: string) => ({
          ...(nkeyAuthenticator(ownKey)(nonce) as { nkey: string; sig: string }),
          nkey: publicNkeyOf(bus.seeds.gateway),
        }),
      }),
      { name: 'AuthorizationError' },
    );
  });
});
