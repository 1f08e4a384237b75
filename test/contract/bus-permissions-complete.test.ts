import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { PermissionViolationError } from '@nats-io/transport-node';
import { BUS_USERS, type BusUser } from '../../deploy/local/local-secrets.ts';
import { startBusWithUsers, type Bus } from './bus-fixtures.ts';

/**
 * Whether anything was left out: every subject that shared/subjects makes and every subject of the JetStream API, for each user. What is
 * not listed here is refused. bus-permissions.test.ts has the subjects that nobody makes.
 */
const FOLDER = new URL('../../shared/subjects/', import.meta.url);
const QUEUES = ['hook-executor', 'signer', 'management'] as const;

let bus: Bus;
before(async () => {
  bus = await startBusWithUsers();
});
after(() => bus.stop());

/** Without a queue: alone, and in any queue. */
type Hearing = readonly [user: BusUser, queue?: (typeof QUEUES)[number]];
type Row = { arguments: readonly string[]; publish: readonly BusUser[]; subscribe: readonly Hearing[] };

const answered = (by: (typeof QUEUES)[number], ...askers: BusUser[]): Omit<Row, 'arguments'> => ({
  publish: askers,
  subscribe: [[by, by]],
});

const SUBJECTS: Record<string, Row> = {
  assertionUsedSubject: { arguments: ['hash'], publish: ['gateway'], subscribe: [] },
  configChangedSubject: {
    arguments: [],
    publish: ['management', 'setup'],
    subscribe: [['gateway'], ['signer'], ['management']],
  },
  hookDryRunSubject: { arguments: [], ...answered('hook-executor', 'management') },
  hookLogSubject: { arguments: [], publish: ['hook-executor'], subscribe: [['management'], ['setup']] },
  hookRecordedSubject: { arguments: [], publish: ['gateway'], subscribe: [['management', 'management']] },
  hookRehearsalSubject: { arguments: [], ...answered('hook-executor', 'management', 'gateway') },
  hookShadowedSubject: { arguments: [], publish: ['gateway'], subscribe: [['management']] },
  hookStorageSubject: { arguments: ['hook'], publish: ['hook-executor', 'management'], subscribe: [] },
  hookStorageReadSubject: { arguments: ['hook'], publish: ['hook-executor', 'setup', 'setup-storage'], subscribe: [] },
  hookWatchedSubject: { arguments: [], publish: ['gateway'], subscribe: [['management']] },
  keysManageSubject: { arguments: [], ...answered('signer', 'management') },
  keysPublicSubject: { arguments: [], ...answered('signer', 'gateway', 'management') },
  quotaCountedSubject: { arguments: ['gateway', 'client'], publish: ['gateway'], subscribe: [['gateway']] },
  tokenRequestedSubject: { arguments: [], ...answered('hook-executor', 'gateway') },
  tokenSignSubject: { arguments: [], ...answered('signer', 'gateway') },
};

const EVENTS: Record<string, Omit<Row, 'arguments'>> = {
  'token.issued': { publish: ['gateway'], subscribe: [['setup']] },
  'token.denied': { publish: ['gateway'], subscribe: [['setup']] },
  'token.failed': { publish: ['gateway'], subscribe: [['setup']] },
  'config.written': { publish: ['management'], subscribe: [['setup']] },
  'quota.warning': { publish: ['gateway'], subscribe: [] },
  'limit.exceeded': { publish: ['gateway'], subscribe: [] },
};

type Subjects = Record<string, (...given: string[]) => string>;
const made = Object.assign(
  {},
  ...(await Promise.all(readdirSync(FOLDER).map(async (file) => (await import(new URL(file, FOLDER).href)) as object))),
) as Record<string, unknown>;
const makers = Object.fromEntries(Object.entries(made).filter(([name]) => name.endsWith('Subject'))) as Subjects;

const rows: (Omit<Row, 'arguments'> & { subject: string })[] = [
  ...Object.entries(SUBJECTS).map(([name, { arguments: given, ...row }]) => ({
    subject: makers[name]?.('demo', ...given) ?? name,
    ...row,
  })),
  ...Object.entries(EVENTS).map(([type, row]) => ({ subject: `hookmint.demo.${type}`, ...row })),
];

/** Subjects of the JetStream API (its ADR-1 and ADR-37), `*` for a stream and `+` for a consumer. */
const API = [
  'INFO',
  'ACCOUNT.PURGE.account',
  'META.LEADER.STEPDOWN',
  'SERVER.REMOVE',
  'STREAM.NAMES',
  'STREAM.LIST',
  ...['CREATE', 'UPDATE', 'INFO', 'DELETE', 'PURGE', 'MSG.GET', 'MSG.DELETE', 'SNAPSHOT', 'RESTORE'].map(
    (what) => `STREAM.${what}.*`,
  ),
  ...['PEER.REMOVE', 'LEADER.STEPDOWN'].map((what) => `STREAM.${what}.*`),
  ...['CREATE.*', 'CREATE.*.+', 'CREATE.*.+.filter', 'DURABLE.CREATE.*.+', 'NAMES.*', 'LIST.*', 'INFO.*.+'].map(
    (what) => `CONSUMER.${what}`,
  ),
  ...['DELETE.*.+', 'MSG.NEXT.*.+', 'LEADER.STEPDOWN.*.+', 'PAUSE.*.+', 'UNPIN.*.+'].map((what) => `CONSUMER.${what}`),
  'DIRECT.GET.*',
  'DIRECT.GET.*.hookmint.demo.token.issued',
];
const STREAMS = ['HOOKMINT_EVENTS', 'HOOKMINT_ASSERTIONS', 'HOOKMINT_QUOTAS', 'KV_HOOKMINT_STORAGE', 'OTHER'];
const api = STREAMS.flatMap((stream) =>
  ['management', 'other'].flatMap((consumer) =>
    ['$JS.API', '$JS.events.API'].flatMap((prefix) =>
      API.map((subject) => `${prefix}.${subject.replace('*', stream).replace('+', consumer)}`),
    ),
  ),
);
const MAY_ASK_JETSTREAM: Record<BusUser, (subject: string) => boolean> = {
  gateway: (subject) => subject === '$JS.API.DIRECT.GET.HOOKMINT_QUOTAS',
  'hook-executor': () => false,
  signer: () => false,
  management: (subject) =>
    [
      '$JS.events.API.CONSUMER.INFO.HOOKMINT_EVENTS.management',
      '$JS.events.API.CONSUMER.MSG.NEXT.HOOKMINT_EVENTS.management',
      '$JS.API.DIRECT.GET.HOOKMINT_QUOTAS',
    ].includes(subject),
  setup: (subject) => subject.startsWith('$JS.API.'),
  'setup-storage': (subject) => subject.startsWith('$JS.API.'),
};

type Attempt = { kind: 'publish' | 'subscription'; subject: string; queue?: string };

/** What the server refused a user, of all that it was asked for. */
async function refused(user: BusUser, attempts: readonly Attempt[]): Promise<string[]> {
  const connection = await bus.connect(user);
  const told: string[] = [];
  const watched = (async () => {
    for await (const { type, ...status } of connection.status()) {
      if (type !== 'error' || !('error' in status) || !(status.error instanceof PermissionViolationError)) continue;
      const { operation, subject, queue } = status.error;
      told.push(nameOf({ kind: operation, subject, ...(queue === undefined ? {} : { queue }) }));
    }
  })();
  for (const { kind, subject, queue } of attempts) {
    if (kind === 'publish') connection.publish(subject, '{}');
    else connection.subscribe(subject, { ...(queue === undefined ? {} : { queue }), callback: () => undefined });
  }
  // The server answers in order: what it refuses, it has refused before it answers the ping.
  await connection.flush();
  await connection.close();
  await watched;
  return told.sort();
}

const nameOf = ({ kind, subject, queue }: Attempt): string =>
  `${kind} ${subject}${queue === undefined ? '' : ` in ${queue}`}`;

describe('permissions on the bus', () => {
  it('are tested for every subject that there is', () => {
    assert.deepEqual(Object.keys(makers).sort(), [...Object.keys(SUBJECTS), 'eventSubject'].sort());
    assert.deepEqual(
      (made.EVENTS_STREAM_SUBJECTS as string[]).map((subject) => subject.replace('hookmint.*.', '')).sort(),
      Object.keys(EVENTS).sort(),
    );
  });

  for (const user of BUS_USERS) {
    it(`of ${user} are those of its part of the ${String(rows.length)} subjects, and no others`, async () => {
      const attempts = rows.flatMap(({ subject, publish, subscribe }) => [
        { kind: 'publish' as const, subject, allowed: publish.includes(user) },
        ...[undefined, ...QUEUES].map((queue) => ({
          kind: 'subscription' as const,
          subject,
          ...(queue === undefined ? {} : { queue }),
          allowed: subscribe.some(([who, where]) => who === user && (where === undefined || where === queue)),
        })),
      ]);
      const expected = attempts.filter(({ allowed }) => !allowed).map(nameOf);
      assert.deepEqual(await refused(user, attempts), expected.sort());
    });

    it(`of ${user} are those of its part of the JetStream API, and no others`, async () => {
      const attempts = [...new Set(api)].map((subject) => ({ kind: 'publish' as const, subject }));
      const expected = attempts.filter(({ subject }) => !MAY_ASK_JETSTREAM[user](subject)).map(nameOf);
      assert.deepEqual(await refused(user, attempts), expected.sort());
    });
  }
});
