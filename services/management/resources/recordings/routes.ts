import { z } from 'zod';
import { MAX_CLIENT_ID_LENGTH } from '../../../../shared/domain/client.ts';
import { recordingsIn, type RecordingEntry } from '../../../../shared/store/recordings.ts';
import { inexistent } from '../../api/api-error.ts';
import { MAX_PAGE_ITEMS } from '../../api/paging.ts';
import { wholeNumber } from '../../api/query.ts';
import { reads, writes, type Route } from '../../api/route.ts';
import { keptSince } from '../../recordings/kept-since.ts';
import { readRecording } from '../../recordings/read-recording.ts';
import { RecordingList, RecordingView } from './schema.ts';

/** Of hookmint itself: Auth0 records nothing of what hooks are told. */
const tag = 'hook-recordings';
const collection = 'hook_recordings';
const path = '/hook-recordings';

const ofClient = { client_id: z.string().min(1).max(MAX_CLIENT_ID_LENGTH).optional() };
const MAX_PAGE = 10_000;

const list = reads({
  path,
  operationId: 'getHookRecordings',
  summary: 'Get which requests are recorded',
  tag,
  scopes: ['read:hook_recordings'],
  query: z.strictObject({
    ...ofClient,
    page: wholeNumber(0, MAX_PAGE).default(0),
    per_page: wholeNumber(1, MAX_PAGE_ITEMS).default(MAX_PAGE_ITEMS),
  }),
  status: 200,
  response: RecordingList,
  handle: async ({ query: { client_id, page, per_page } }, { db }) => {
    const recordings = recordingsIn(db);
    const filter = { since: await keptSince(db), ...filterOf(client_id) };
    const [{ recordings: total, bytes, oldest }, found] = await Promise.all([
      recordings.size(filter),
      recordings.entries(filter, { skip: page * per_page, limit: per_page }),
    ]);
    return {
      total,
      bytes,
      oldest: oldest?.toISOString() ?? null,
      recordings: found.map((one) => ({ ...entryOf(one), bytes: one.bytes })),
    };
  },
});

const get = reads({
  path: `${path}/{id}`,
  operationId: 'getHookRecording',
  summary: 'Read a recorded request',
  tag,
  scopes: ['read:hook_recordings'],
  params: z.strictObject({ id: z.string().min(1).max(64) }),
  status: 200,
  response: RecordingView,
  errors: [404],
  audits: ({ params: { id } }) => ({ collection, id, after: null }),
  handle: async ({ params: { id } }, deps) => {
    const found = await recordingsIn(deps.db).find(id);
    if (found === undefined || found.at < (await keptSince(deps.db))) throw inexistent('hook recording');
    const event = await readRecording(found, deps);
    if (event === undefined) throw inexistent('hook recording');
    return { ...entryOf(found), event };
  },
});

const remove = writes('delete', {
  path,
  operationId: 'deleteHookRecordings',
  summary: 'Delete what is recorded of requests',
  tag,
  scopes: ['delete:hook_recordings'],
  query: z.strictObject(ofClient),
  status: 204,
  handle: async ({ query: { client_id } }, { db }) => {
    const removed = await recordingsIn(db).remove(filterOf(client_id));
    const id = client_id ?? 'all';
    return { answer: undefined, change: { collection, id, before: { recordings: removed }, after: null } };
  },
});

export const recordingRoutes: readonly Route[] = [list, get, remove];

const filterOf = (clientId: string | undefined) => (clientId === undefined ? {} : { clientIds: [clientId] });

const entryOf = ({ id, at, client_id, audience }: Omit<RecordingEntry, 'bytes'>) => ({
  id,
  date: at.toISOString(),
  client_id,
  audience,
});
