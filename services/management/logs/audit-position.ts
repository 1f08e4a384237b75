import type { Db, UpdateFilter } from 'mongodb';
import type { EventsPlace } from '../../../shared/bus/events-proof.ts';
import {
  auditGaps,
  isNewOf,
  type AuditGap,
  type AuditMessage,
  type AuditRead,
  type GapTimes,
  type PublisherRead,
} from './audit-gaps.ts';

/** `put_back_ms`: when the stream was last found put back; its numbers then begin again, and ids of logs are not to. */
type Stored = { _id: 'audit_position'; put_back_ms?: number } & AuditRead & {
    publishers?: Record<string, PublisherRead & { read_ms: number }>;
  };

/** More processes than are started within the days that the stream keeps; some 100 bytes each. */
const MAX_PUBLISHERS = 1_000;

/** A message, compared with those read before it. */
type Judged = {
  gaps: AuditGap[];
  times: GapTimes;
  /** The birth that ids of its logs have, milliseconds since the epoch. */
  logsBornMs: number;
  /** Stores it as read. Returns false if another replica did so first. */
  move: () => Promise<boolean>;
};

/**
 * How far all replicas together have read the stream of events. The stream numbers its messages without a gap, and so does each
 * publisher, under a key that the bus does not have.
 */
export function auditPosition(db: Db) {
  const positions = db.collection<Stored>('tenant');

  async function forgetOldest(): Promise<void> {
    const publishers = Object.entries((await positions.findOne({ _id: 'audit_position' }))?.publishers ?? {});
    const oldest = publishers.sort(([, a], [, b]) => b.read_ms - a.read_ms).slice(MAX_PUBLISHERS);
    if (oldest.length === 0) return;
    const $unset = Object.fromEntries(oldest.map(([name]) => [`publishers.${name}`, '' as const]));
    // One that is forgotten and tells more is no newcomer whose first messages are missing: tenants that are opened and closed have many.
    const publishers_since_ms = Math.max(...oldest.map(([, { read_ms }]) => read_ms));
    await positions.updateOne({ _id: 'audit_position' }, { $unset, $max: { publishers_since_ms } });
  }

  async function moveTo(message: AuditMessage, read: Stored | null, set: object, isKnown: boolean): Promise<boolean> {
    const update: UpdateFilter<Stored> = {
      $set: { born_ms: message.bornMs, sequence: message.sequence, stored_ms: message.storedMs, ...set },
    };
    if (read === null) {
      return (await positions.updateOne({ _id: 'audit_position' }, update, { upsert: true })).acknowledged;
    }
    const { born_ms, sequence } = read;
    const moved = await positions.updateOne({ _id: 'audit_position', born_ms, sequence }, update);
    if (!isKnown) await forgetOldest();
    return moved.matchedCount === 1;
  }

  return {
    async judge(message: AuditMessage): Promise<Judged> {
      const { bornMs, sequence, storedMs, place } = message;
      const projection = { born_ms: 1, sequence: 1, stored_ms: 1, put_back_ms: 1, publishers_since_ms: 1 };
      const read = await positions.findOne(
        { _id: 'audit_position' },
        { projection: place === undefined ? projection : { ...projection, [publisherField(place)]: 1 } },
      );
      const publisher = place === undefined ? undefined : read?.publishers?.[place.publisher];
      const gaps = read === null ? [] : auditGaps(read, publisher, message);
      const isPutBack = gaps.some(({ kind }) => kind === 'put_back');
      const putBackMs = isPutBack ? Date.now() : read?.put_back_ms;
      const isNew = place !== undefined && isNewOf(publisher, place);
      const set = {
        ...(isPutBack ? { put_back_ms: putBackMs } : {}),
        ...(read?.publishers_since_ms === undefined ? { publishers_since_ms: Date.now() } : {}),
        ...(isNew
          ? { [publisherField(place)]: { number: place.number, dropped: place.dropped, read_ms: Date.now() } }
          : {}),
      };
      const isAgain =
        read !== null && !isNew && (bornMs < read.born_ms || (bornMs === read.born_ms && sequence <= read.sequence));
      return {
        gaps,
        times: { afterMs: read?.stored_ms, beforeMs: storedMs },
        logsBornMs: Math.max(bornMs, putBackMs ?? 0),
        move: () => (isAgain ? Promise.resolve(true) : moveTo(message, read, set, publisher !== undefined || !isNew)),
      };
    },
  };
}

const publisherField = ({ publisher }: EventsPlace): string => `publishers.${publisher}`;
