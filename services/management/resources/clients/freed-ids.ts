import type { Db } from 'mongodb';
import { revokedUntilMs } from './revoke-tokens.ts';

/** An id that a client had which was deleted; until when its tokens may be dated, and how long that is remembered. */
type FreedId = { _id: string; tokens_until_ms: number; remembered_until_ms: number };

/** Longer than clocks may differ, both ways: a client of that id that is made later is told from the earlier one by its time. */
const REMEMBERED_MS = 60_000;
const PREFIX = 'freed_client_id:';

/** Remembers that a client is deleted now, in the collection `tenant`. */
export async function rememberFreed(clientId: string, db: Db): Promise<void> {
  const freed = db.collection<FreedId>('tenant');
  await freed.deleteMany({ _id: new RegExp(`^${PREFIX}`), remembered_until_ms: { $lt: Date.now() } });
  const times = { tokens_until_ms: revokedUntilMs(), remembered_until_ms: Date.now() + REMEMBERED_MS };
  await freed.updateOne({ _id: PREFIX + clientId }, { $set: times }, { upsert: true });
}

/** Until when tokens of a new client would be taken for those of an earlier one of its id; `null` for never. */
export async function freedUntilMs(clientId: string, db: Db): Promise<number | null> {
  const freed = await db.collection<FreedId>('tenant').findOne({ _id: PREFIX + clientId });
  return freed?.tokens_until_ms ?? null;
}
