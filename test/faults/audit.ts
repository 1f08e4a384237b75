import { jetstreamManager } from '@nats-io/jetstream';
import { MANAGEMENT_CONSUMER } from '../../shared/bus/streams/events.ts';
import { EVENTS_STREAM } from '../../shared/subjects/events.ts';
import type { Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

/** What became of the events of tokens. */
export type Audit = {
  /** Logs of tokens that the demo client was issued. */
  issued: () => Promise<number>;
  /**
   * Resolves with {@link Audit.issued} when there are so many, or when management has made logs of all that is in the stream and no other
   * comes: services keep events while the stream takes none.
   */
  untilRead: (expected: number) => Promise<number>;
};

/** A backlog of many thousands is read at some hundred messages a second. */
const READ_WITHIN_MS = 150_000;
/** Longer than a stream without a leader takes none. */
const QUIET_MS = 6_000;

export async function openAudit(stack: Pick<Stack, 'db' | 'bus' | 'clientId'>): Promise<Audit> {
  // Without a look at the API, which has no answer for as long as a cluster elects a leader.
  const [db, { consumers }] = [await stack.db(), await jetstreamManager(await stack.bus(), { checkAPI: false })];
  const issued = (): Promise<number> =>
    db.collection('logs').countDocuments({ type: 'seccft', client_id: stack.clientId });

  /** A cluster that elects another leader does not answer: then nobody knows. */
  const isAllRead = (): Promise<boolean> =>
    consumers.info(EVENTS_STREAM, MANAGEMENT_CONSUMER).then(
      ({ num_pending, num_ack_pending }) => num_pending + num_ack_pending === 0,
      () => false,
    );

  return {
    issued,
    untilRead: async (expected) => {
      let [logged, sinceMs] = [-1, performance.now()];
      await until(
        'all events are logs',
        async () => {
          const now = await issued();
          if (now !== logged || !(await isAllRead())) [logged, sinceMs] = [now, performance.now()];
          return logged >= expected || performance.now() - sinceMs > QUIET_MS;
        },
        READ_WITHIN_MS,
      );
      return logged;
    },
  };
}
