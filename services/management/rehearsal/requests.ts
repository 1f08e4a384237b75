import type { HookEvent } from '../../../shared/domain/sample-event.ts';
import { logsIn } from '../../../shared/store/logs.ts';
import { recordingsIn } from '../../../shared/store/recordings.ts';
import { ApiError } from '../api/api-error.ts';
import type { Deps } from '../deps.ts';
import { recordedEvent } from '../hook-revisions/recorded-event.ts';
import { keptSince } from '../recordings/kept-since.ts';
import { readRecording } from '../recordings/read-recording.ts';

/** `recordings`: what hooks were told, exactly. `logs`: what can be made of the log and the present configuration (`recordedEvent`). */
export type Source = 'recordings' | 'logs';

export type Chosen = {
  since: Date | undefined;
  clientIds: readonly string[] | undefined;
  /** Where the part before ended. */
  from: string | undefined;
};

/** `event` is absent for one that cannot be repeated: its client is gone, or its key. */
export type PastRequest = {
  id: string;
  date: Date;
  client_id: string;
  audience: string;
  event?: HookEvent;
};

const PAGE = 100;

/** Requests, the newest first. */
export function pastRequests(source: Source, chosen: Chosen, deps: Deps): AsyncGenerator<PastRequest> {
  return source === 'recordings' ? ofRecordings(chosen, deps) : ofLogs(chosen, deps);
}

export async function hasRecordings(chosen: Chosen, { db }: Pick<Deps, 'db'>): Promise<boolean> {
  const filter = { clientIds: chosen.clientIds, since: later(chosen.since, await keptSince(db)) };
  return (await recordingsIn(db).list(filter, { skip: 0, limit: 1 })).length > 0;
}

async function* ofRecordings({ since, clientIds, from }: Chosen, deps: Deps): AsyncGenerator<PastRequest> {
  const { db } = deps;
  const recordings = recordingsIn(db);
  const filter = { clientIds, since: later(since, await keptSince(db)) };
  for (let before = from === undefined ? undefined : placeOf(from); ;) {
    const page = await recordings.list({ ...filter, before }, { skip: 0, limit: PAGE });
    for (const recording of page) {
      const { id, at, client_id, audience } = recording;
      const request = { id, date: at, client_id, audience };
      const event = await readRecording(recording, deps);
      yield event === undefined ? request : { ...request, event };
    }
    const oldest = page.at(-1);
    if (oldest === undefined || page.length < PAGE) return;
    before = { at: oldest.at, id: oldest.id };
  }
}

async function* ofLogs({ since, clientIds, from }: Chosen, deps: Deps): AsyncGenerator<PastRequest> {
  const logs = logsIn(deps.db);
  // Those that came to a hook, or got a token; no code shapes those of the Management API.
  const filter = {
    audience: { $ne: deps.audience },
    $or: [{ type: 'seccft' as const }, { hook_id: { $exists: true } }],
    ...(since === undefined ? {} : { date: { $gte: since } }),
    ...(clientIds === undefined ? {} : { client_id: { $in: [...clientIds] } }),
  };
  for (let before = from; ;) {
    const page = await logs.list(
      { ...filter, ...(before === undefined ? {} : { _id: { $lt: before } }) },
      { field: 'log_id', order: -1 },
      { skip: 0, limit: PAGE },
    );
    for (const { log_id, date, client_id = '', audience = '' } of page) {
      const request = { id: log_id, date, client_id, audience };
      try {
        yield { ...request, event: await recordedEvent(log_id, deps) };
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        yield request;
      }
    }
    before = page.at(-1)?.log_id;
    if (page.length < PAGE) return;
  }
}

/** Where the next part begins, after a request. */
export const cursorOf = (source: Source, { id, date }: PastRequest): string =>
  source === 'logs' ? id : `${String(date.getTime())}.${id}`;

function placeOf(cursor: string): { at: Date; id: string } {
  const dot = cursor.indexOf('.');
  return { at: new Date(Number(cursor.slice(0, dot))), id: cursor.slice(dot + 1) };
}

const later = (a: Date | undefined, b: Date): Date => (a !== undefined && a > b ? a : b);
