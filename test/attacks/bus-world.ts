import { after, before } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import type { BusUser } from '../../deploy/local/local-secrets.ts';
import { ensureStreams } from '../../shared/bus/streams/ensure-streams.ts';
import { EVENTS_STREAM } from '../../shared/subjects/events.ts';
import { startBusWithUsers, type Bus } from '../contract/bus-fixtures.ts';

/** The services whose seed an attacker has. */
export const OWNED = ['hook-executor', 'gateway', 'signer', 'management'] as const;
export type Owned = (typeof OWNED)[number];

/** A message that a victim heard: whose connection, and on what. */
type Heard = { who: string; subject: string; text: string };

export type BusWorld = {
  bus: Bus;
  /** As the attacker, with one connection for each seed. All that it can subscribe to, it hears. */
  as: (user: Owned) => Attacker;
  /** What victims heard since the last call; first the bus is given time to deliver. */
  heard: () => Promise<Heard[]>;
  /** Settings and content of every stream and consumer, with how far it was read; `events`: of the account of the audit alone. */
  streams: (of?: 'events') => Promise<string>;
};

export type Attacker = {
  connection: NatsConnection;
  publish: (subject: string, text?: string, options?: { reply?: string; headers?: Record<string, string> }) => void;
  /** Publishes with an inbox of its own, and gives the answers that come within a moment. */
  ask: (subject: string, text?: string, options?: { headers?: Record<string, string> }) => Promise<Msg[]>;
};

/** Long enough for a server on this machine, several times over. */
const SETTLE_MS = 120;

/** Real streams with content, and connections of every service that hear what there is for them to hear. */
export function openBusWorld(): () => BusWorld {
  let world: BusWorld | undefined;
  let bus: Bus | undefined;
  before(async () => {
    bus = await startBusWithUsers();
    world = await open(bus);
  });
  after(() => bus?.stop());
  return () => {
    if (world === undefined) throw new Error('the bus has not started');
    return world;
  };
}

async function open(bus: Bus): Promise<BusWorld> {
  const [setup, storage, gateway, executor, signer, management] = (await Promise.all(
    (['setup', 'setup-storage', 'gateway', 'hook-executor', 'signer', 'management'] as const).map(bus.connect),
  )) as [NatsConnection, NatsConnection, NatsConnection, NatsConnection, NatsConnection, NatsConnection];
  await ensureStreams(setup, {
    NATS_URL: bus.url,
    NATS_NKEY_SEED: bus.seeds.setup,
    NATS_STORAGE_NKEY_SEED: bus.seeds['setup-storage'],
  });
  for (const id of ['one', 'two', 'three'])
    await jetstream(gateway).publish('hookmint.demo.token.issued', `event ${id}`);
  await jetstream(management).publish('hookmint.demo.config.written', 'event of management');
  await jetstream(gateway).publish('hookmint.demo.assertion.used.victim', '');
  await jetstream(gateway).publish('hookmint.demo.quota.counted.victim.client', 'count');
  await jetstream(executor).publish('$KV.HOOKMINT_STORAGE.demo.victim', '"document"');

  let heard: Heard[] = [];
  const listen = (who: string, connection: NatsConnection, subject: string, queue?: string): void => {
    connection.subscribe(subject, {
      ...(queue === undefined ? {} : { queue }),
      callback: (error, message) => {
        if (error !== null) return;
        heard.push({ who, subject: message.subject, text: message.string() });
        // As a service would that trusts the bus: the bus is what is tried here.
        if (queue !== undefined && message.reply) connection.publish(message.reply, `answer of the ${who}`);
      },
    });
  };
  for (const what of ['token.sign', 'keys.public', 'keys.manage'])
    listen('signer', signer, `hookmint.demo.${what}`, 'signer');
  for (const what of ['token.requested', 'hook.dry-run', 'hook.rehearsal']) {
    listen('hook-executor', executor, `hookmint.demo.${what}`, 'hook-executor');
  }
  for (const [who, connection, subjects] of [
    ['signer', signer, ['hookmint.*.config.changed']],
    ['hook-executor', executor, ['_INBOX_hook-executor.victim.>']],
    ['gateway', gateway, ['_INBOX_gateway.victim.>', 'hookmint.*.config.changed', 'hookmint.*.quota.counted.*.*']],
    ['management', management, ['_INBOX_management.victim.>', 'hookmint.*.config.changed', 'hookmint.*.hook.log']],
    [
      'setup',
      setup,
      ['_INBOX_setup.victim.>', 'hookmint.*.token.issued', 'hookmint.*.config.written', 'hookmint.*.hook.log'],
    ],
  ] as const) {
    for (const subject of subjects) listen(who, connection, subject);
  }
  const victims = [setup, storage, gateway, executor, signer, management];
  const settle = async (): Promise<void> => {
    await delay(SETTLE_MS);
    await Promise.all(victims.map((connection) => connection.flush()));
  };
  await settle();
  heard = [];

  const attackerAs = async (user: Owned): Promise<Attacker> => attackerOn(user, await bus.connect(user));
  const attackers: Record<Owned, Attacker> = {
    'hook-executor': await attackerAs('hook-executor'),
    gateway: await attackerAs('gateway'),
    signer: await attackerAs('signer'),
    management: await attackerAs('management'),
  };
  return {
    bus,
    as: (user) => attackers[user],
    heard: async () => {
      await settle();
      const found = heard;
      heard = [];
      return found;
    },
    streams: async (of) => {
      await settle();
      return JSON.stringify([await stateOf(setup), ...(of === 'events' ? [] : [await stateOf(storage)])]);
    },
  };
}

function attackerOn(user: BusUser, connection: NatsConnection): Attacker {
  const publish: Attacker['publish'] = (subject, text = '', options = {}) => {
    const told = headers();
    for (const [name, value] of Object.entries(options.headers ?? {})) told.set(name, value);
    connection.publish(subject, text, {
      ...(options.reply === undefined ? {} : { reply: options.reply }),
      ...(options.headers === undefined ? {} : { headers: told }),
    });
  };
  let asked = 0;
  return {
    connection,
    publish,
    ask: async (subject, text, options) => {
      const answers: Msg[] = [];
      const reply = `_INBOX_${user}.attacker.${String(++asked)}`;
      const subscription = connection.subscribe(reply, { callback: (_, message) => void answers.push(message) });
      publish(subject, text, { ...options, reply });
      await connection.flush();
      await delay(SETTLE_MS);
      subscription.unsubscribe();
      // 503: nobody is there.
      return answers.filter(({ headers: told }) => told?.code !== 503);
    },
  };
}

async function stateOf(connection: NatsConnection): Promise<unknown[]> {
  const manager = await jetstreamManager(connection);
  const streams: unknown[] = [];
  for await (const { config, state } of manager.streams.list()) {
    const { first_seq, last_seq, messages, num_deleted, consumer_count } = state;
    const consumers: unknown[] = [];
    for await (const { name, config: settings, ack_floor, delivered } of manager.consumers.list(config.name)) {
      consumers.push([name, settings, ack_floor.stream_seq, delivered.stream_seq]);
    }
    streams.push([config, first_seq, last_seq, messages, num_deleted, consumer_count, consumers]);
  }
  return streams;
}

/** Where the audit is acknowledged as management does it: the first four events. */
export const ACKS = [1, 2, 3, 4].map(
  (n) => `$JS.ACK.${EVENTS_STREAM}.management.1.${String(n)}.${String(n)}.1795949137627188081.0`,
);
