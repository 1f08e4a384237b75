import type { Db } from 'mongodb';

type Stored = { _id: 'audit_position'; born_ms: number; sequence: number };

/** What lies between two messages that followed each other: numbers of messages of the stream that nobody has read. */
export type AuditGap = { kind: 'missing'; first: number; last: number } | { kind: 'anew' };

/**
 * How far all replicas together have read the stream of events. The stream numbers its messages without a gap, so that what was purged,
 * deleted or skipped before it was read shows; and whoever makes the stream or its consumer anew begins at another birth.
 */
export function auditPosition(db: Db) {
  const positions = db.collection<Stored>('tenant');
  return {
    /**
     * Moves on to a message that was read, unless that or a later one was read already.
     *
     * @param bornMs Of the consumer, milliseconds since the epoch.
     */
    async moveTo(bornMs: number, sequence: number): Promise<AuditGap | undefined> {
      const before = await positions.findOneAndUpdate(
        {
          _id: 'audit_position',
          $or: [{ born_ms: { $lt: bornMs } }, { born_ms: bornMs, sequence: { $lt: sequence } }],
        },
        { $set: { born_ms: bornMs, sequence } },
      );
      if (before === null) {
        await positions.updateOne(
          { _id: 'audit_position' },
          { $setOnInsert: { born_ms: bornMs, sequence } },
          { upsert: true },
        );
        return undefined;
      }
      if (before.born_ms !== bornMs) return { kind: 'anew' };
      if (before.sequence + 1 === sequence) return undefined;
      return { kind: 'missing', first: before.sequence + 1, last: sequence - 1 };
    },
  };
}
