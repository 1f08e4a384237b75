import '../contract/quiet.ts';
import assert from 'node:assert/strict';
import { connect as connectSocket, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { nkeyAuthenticator } from '../../shared/bus/nkey.ts';
import { attackClass } from './attack-class.ts';
import { OWNED, openBusWorld, type Owned } from './bus-world.ts';

const world = openBusWorld();
const REQUESTS = [
  'token.requested',
  'hook.dry-run',
  'hook.rehearsal',
  'token.sign',
  'keys.public',
  'keys.manage',
] as const;
const ANSWERED_BY: Record<(typeof REQUESTS)[number], Owned> = {
  'token.requested': 'hook-executor',
  'hook.dry-run': 'hook-executor',
  'hook.rehearsal': 'hook-executor',
  'token.sign': 'signer',
  'keys.public': 'signer',
  'keys.manage': 'signer',
};
const ASKED_BY: Record<(typeof REQUESTS)[number], Owned> = {
  'token.requested': 'gateway',
  'hook.dry-run': 'management',
  'hook.rehearsal': 'management',
  'token.sign': 'gateway',
  'keys.public': 'management',
  'keys.manage': 'management',
};

const queues = attackClass('requests of others are heard');
const answers = attackClass('answers in the place of another');
for (const user of OWNED) {
  for (const request of REQUESTS) {
    if (ANSWERED_BY[request] === user) {
      queues(`${request} by a ${user} outside of the queue group`, () =>
        overhears(user, request, [undefined, 'other']),
      );
    } else {
      queues(`${request} by a ${user}`, () =>
        overhears(user, request, [undefined, 'signer', 'hook-executor', 'other']),
      );
      // Services of one kind are one zone: one gateway may write to another's inbox. It lacks the signer's proof.
      if (ASKED_BY[request] !== user) answers(`${request} by a ${user}`, () => answersInPlace(user, request));
    }
  }
}

/** Whether anything of a request that somebody else makes comes to the attacker. */
async function overhears(user: Owned, request: keyof typeof ASKED_BY, inQueues: (string | undefined)[]): Promise<void> {
  const asker = world().as(ASKED_BY[request]);
  const { connection } = world().as(user);
  const heard: string[] = [];
  const subscriptions = inQueues.flatMap((queue) =>
    [`hookmint.demo.${request}`, 'hookmint.>', '>', `*.*.${request}`, `_R_.>`].map((subject) =>
      connection.subscribe(subject, {
        ...(queue === undefined ? {} : { queue }),
        callback: (error, message) => {
          if (error === null && message.string().includes('asked')) heard.push(message.subject);
        },
      }),
    ),
  );
  await connection.flush();
  // A queue group gives each request to one member: eight times the attacker's would be lucky for once.
  for (let n = 0; n < 8; n++) assert.equal((await asker.ask(`hookmint.demo.${request}`, 'asked')).length, 1);
  for (const subscription of subscriptions) subscription.unsubscribe();
  assert.deepEqual(heard, []);
}

/** Whether an answer that the attacker makes comes to who asked. */
async function answersInPlace(user: Owned, request: keyof typeof ASKED_BY): Promise<void> {
  const asker = world().as(ASKED_BY[request]);
  const attacker = world().as(user);
  const subscription = attacker.connection.subscribe(`hookmint.demo.${request}`, {
    queue: ANSWERED_BY[request],
    callback: (error, message) => {
      if (error === null) attacker.publish(message.reply ?? '', 'forged');
    },
  });
  await attacker.connection.flush();
  const inbox = `_INBOX_${ASKED_BY[request]}.attacker`;
  for (let n = 1; n < 50; n++) attacker.publish(`${inbox}.${String(n)}`, 'forged');
  for (const id of ['_R_.>', '_R_.aaaaaa.bbbbbb']) attacker.publish(id, 'forged');
  for (let n = 0; n < 4; n++) {
    for (let k = 1; k < 50; k++) attacker.publish(`${inbox}.${String(k)}`, 'forged');
    const told = (await asker.ask(`hookmint.demo.${request}`, 'asked')).map((message) => message.string());
    assert.deepEqual(told, [`answer of the ${ANSWERED_BY[request]}`]);
  }
  subscription.unsubscribe();
}

const poison = attackClass('headers that JetStream acts on');
const WRITES: Partial<Record<Owned, string>> = {
  'hook-executor': '$KV.HOOKMINT_STORAGE.demo.attack',
  gateway: 'hookmint.demo.token.issued',
  management: 'hookmint.demo.config.written',
};
const HEADERS: Record<string, string>[] = [
  { 'Nats-Rollup': 'all' },
  { 'Nats-Rollup': 'sub' },
  { 'Nats-TTL': '1s' },
  { 'Nats-Marker-Reason': 'Purge' },
  { 'KV-Operation': 'PURGE', 'Nats-Rollup': 'sub' },
  { 'Nats-Schedule': '@every 1s', 'Nats-Schedule-Target': 'hookmint.demo.config.written' },
  { 'Nats-Batch-Id': 'a', 'Nats-Batch-Sequence': '1' },
  { 'Nats-Incr': '1' },
  { 'Nats-Expected-Stream': 'HOOKMINT_ASSERTIONS' },
  { 'Nats-Expected-Last-Sequence': '99' },
  { 'Nats-Msg-Id': 'a' },
];
for (const [user, subject] of Object.entries(WRITES) as [Owned, string][]) {
  for (const told of HEADERS) {
    poison(`${Object.keys(told).join(', ')} of a ${user}`, async () => {
      const counts = async () => {
        const [events, storage] = JSON.parse(await world().streams()) as [unknown[][], unknown[][]];
        return [...events, ...storage].map(([config, first, last, messages]) => ({
          name: (config as { name: string }).name,
          first: first as number,
          kept: messages as number,
          last: last as number,
        }));
      };
      const before = await counts();
      await world().heard();
      await world().as(user).ask(subject, '{}', { headers: told });
      const after = await counts();
      // At most one more message, where its writer may write: nothing else is gone, and nothing written elsewhere.
      for (const [index, stream] of after.entries()) {
        const then = before[index];
        assert(then !== undefined && stream.kept >= then.kept && stream.last <= then.last + 1);
        assert.equal(stream.first, then.name === 'KV_HOOKMINT_STORAGE' ? stream.first : then.first);
      }
      assert.deepEqual(
        (await world().heard()).filter((heard) => heard.subject !== subject),
        [],
      );
    });
  }
}
poison('Nats-Msg-Id that hides the next event of another', async () => {
  const write = async (user: Owned, subject: string, id: string): Promise<boolean> => {
    const [ack] = await world()
      .as(user)
      .ask(subject, '{}', { headers: { 'Nats-Msg-Id': id } });
    return ack?.json<{ duplicate?: boolean }>().duplicate === true;
  };
  // An id is as good as a random number of 22 characters: an attacker can take ids, and not one that another will draw.
  for (let n = 0; n < 200; n++)
    world()
      .as('gateway')
      .publish('hookmint.demo.token.issued', '{}', { headers: { 'Nats-Msg-Id': String(n) } });
  assert.equal(await write('management', 'hookmint.demo.config.written', 'q8ZkT0wLrN4bVd6yHs2uXe'), false);
});

const load = attackClass('what the server has is used up');
const MOST = 250;
const MANY = 300;
const MOST_SUBSCRIPTIONS = 2_000;
load('connections of an executor', async () => {
  const { bus } = world();
  const authenticator = nkeyAuthenticator(bus.seeds['hook-executor']);
  const opened: NatsConnection[] = [];
  let refused = 0;
  try {
    for (let n = 0; n < MANY; n += 50) {
      const open = (): Promise<NatsConnection> =>
        connect({ servers: bus.url, reconnect: false, authenticator, timeout: 10_000 });
      for (const one of await Promise.allSettled(Array.from({ length: 50 }, open))) {
        if (one.status === 'fulfilled') opened.push(one.value);
        else refused++;
      }
    }
    // The server closes one that does not answer its pings in time, as on a busy machine, and has room for another.
    const stillOpen = opened.filter((connection) => !connection.isClosed()).length;
    assert(refused > 0 && stillOpen <= MOST, `${String(stillOpen)} connections`);
    // The others come in all the same.
    for (const other of OWNED) if (other !== 'hook-executor') await (await bus.connect(other)).close();
  } finally {
    await Promise.all(opened.map((connection) => connection.close()));
  }
});
load('subscriptions of an executor', async () => {
  const connection = await world().bus.connect('hook-executor');
  const errors: string[] = [];
  void (async () => {
    for await (const status of connection.status()) if (status.type === 'error') errors.push(String(status.error));
  })();
  for (let n = 0; n < MOST_SUBSCRIPTIONS + 100; n++)
    connection.subscribe(`_INBOX_hook-executor.flood.${String(n)}`, { callback: () => undefined });
  await connection.flush().catch(() => undefined);
  await delay(200);
  assert.match(errors.join(), /subscriptions/i);
  await connection.close();
  await (await world().bus.connect('gateway')).flush();
});
load('documents of an executor', async () => {
  const attacker = world().as('hook-executor');
  const document = 'x'.repeat(520_000);
  let full = '';
  for (let n = 0; n < 700 && full === ''; n++) {
    const answer = await attacker.connection.request(`$KV.HOOKMINT_STORAGE.demo.flood-${String(n)}`, document, {
      timeout: 10_000,
    });
    full = answer.json<{ error?: { description: string } }>().error?.description ?? '';
  }
  assert.match(full, /maximum bytes exceeded/);
  // The audit has room of its own.
  const [ack] = await world().as('gateway').ask('hookmint.demo.token.issued', 'x'.repeat(10_000));
  assert.equal(ack?.json<{ error?: unknown }>().error, undefined);
});
for (const [user, name, most] of [
  ['setup', 'HOOKMINT_EVENTS', 1_073_741_824],
  ['setup-storage', 'HOOKMINT_QUOTAS', 268_435_456],
] as const) {
  load(`disk, by streams of ${user}`, async () => {
    const { streams } = await jetstreamManager(await world().bus.connect(user));
    const add = (more: Partial<StreamConfig>) => streams.add({ name: 'ATTACK', subjects: ['attack'], ...more });
    await assert.rejects(add({ max_bytes: 1_000 }), /maximum number of streams reached/);
    const { config } = await streams.info(name);
    await assert.rejects(streams.update(name, { ...config, max_bytes: most + 1 }), /max bytes exceeds|limits exceeded/);
    await assert.rejects(streams.update(name, { ...config, max_bytes: -1 }), /max bytes/);
  });
}
load('connections that never say who they are', async () => {
  const { hostname, port } = new URL(world().bus.url);
  const sockets: Socket[] = [];
  try {
    for (let n = 0; n < 2_000; n++) sockets.push(connectSocket(Number(port), hostname).on('error', () => undefined));
    await delay(500);
    for (const user of OWNED) await (await world().bus.connect(user)).close();
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});
