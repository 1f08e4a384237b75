import { z } from 'zod';
import { logsIn, type LogFilter } from '../../../../shared/store/logs.ts';
import { inexistent } from '../../api/api-error.ts';
import { checkpointQuery, DEFAULT_PAGE_ITEMS, pageOf, pageQuery } from '../../api/paging.ts';
import { fieldsQuery, withFields } from '../../api/query.ts';
import { reads, streams, type Route } from '../../api/route.ts';
import { followLogs } from '../../logs/follow-logs.ts';
import { LOG_ID } from '../../logs/log-id.ts';
import { refusingTheExpensive } from './refusing-the-expensive.ts';
import { LiveLog, LogView } from './schema.ts';
import { filterOfSearch, MAX_SEARCH_LENGTH } from './search/filter-of-search.ts';
import { NEWEST_FIRST, OLDEST_FIRST, sortQuery } from './sort.ts';
import { viewOf } from './view.ts';

const tag = 'logs';
const scopes = ['read:logs', 'read:logs_users'];

/** How far pages by number go; beyond, a checkpoint costs less. */
const MAX_PAGED_ITEMS = 10_000;

const search = z.string().max(MAX_SEARCH_LENGTH).optional();
const query = z.strictObject({
  ...pageQuery,
  ...checkpointQuery,
  from: z.string().regex(LOG_ID, 'must be the log_id of a log; without from, take begins at the oldest log').optional(),
  ...fieldsQuery,
  sort: sortQuery.optional(),
  q: search,
  search,
  /** go-auth0 sends it with each `q`: the language of the search, of which there is one. */
  search_engine: z.literal('v3').optional(),
});
type Query = z.infer<typeof query>;

const list = reads({
  path: '/logs',
  operationId: 'getLogs',
  summary: 'Get logs',
  tag,
  scopes,
  query,
  status: 200,
  response: z.union([
    z.array(LogView),
    z.object({ start: z.int(), limit: z.int(), length: z.int(), total: z.int(), logs: z.array(LogView) }),
  ]),
  handle: async ({ query }, { db }) => {
    const logs = logsIn(db);
    const searches = [query.q, query.search].flatMap((text) => (text === undefined ? [] : [filterOfSearch(text)]));
    return refusingTheExpensive(() =>
      query.from === undefined && query.take === undefined
        ? numberedPage(query, allOf(searches), logs)
        : checkpointPage(query, searches, logs),
    );
  },
});

const live = streams({
  path: '/logs/live',
  operationId: 'getLiveLogs',
  summary: 'Follow the logs as they are made',
  tag,
  scopes,
  query: z.strictObject({ q: search, from: z.string().regex(LOG_ID, 'must be the log_id of a log').optional() }),
  status: 200,
  response: LiveLog,
  handle: async ({ query: { q, from } }, { db }) => {
    const logs = logsIn(db);
    const filter = q === undefined ? {} : filterOfSearch(q);
    const follow = followLogs(logs, filter, from ?? (await logs.newestId()) ?? '');
    return (tell) =>
      follow(({ logs: found, skipped }) => {
        for (const [index, log] of found.entries()) {
          tell({ ...viewOf(log), ...(index === 0 && skipped > 0 ? { skipped } : {}) });
        }
      });
  },
});

const get = reads({
  path: '/logs/{id}',
  operationId: 'getLog',
  summary: 'Get a log',
  tag,
  scopes,
  params: z.strictObject({ id: z.string().min(1).max(128) }),
  status: 200,
  response: LogView,
  errors: [404],
  handle: async ({ params: { id } }, { db }) => {
    const log = await logsIn(db).find(id);
    if (log === undefined) throw inexistent('log');
    return viewOf(log);
  },
});

export const logRoutes: readonly Route[] = [list, live, get];

type Logs = ReturnType<typeof logsIn>;

async function numberedPage(query: Query, filter: LogFilter, logs: Logs): Promise<unknown> {
  const { sort = NEWEST_FIRST } = query;
  const answer = await pageOf(
    query,
    'logs',
    { list: (range) => logs.list(filter, sort, range), count: (limit) => logs.count(filter, limit) },
    viewOf,
    { maxItems: MAX_PAGED_ITEMS },
  );
  return Array.isArray(answer)
    ? answer
    : { length: (answer as { logs: unknown[] }).logs.length, ...(answer as object) };
}

/** Oldest first, those after `from`. As Auth0 has it, a bare array, and what is for numbered pages is of no account. */
async function checkpointPage(query: Query, searches: readonly LogFilter[], logs: Logs): Promise<unknown> {
  const { from, take = DEFAULT_PAGE_ITEMS } = query;
  const filter = allOf([...searches, ...(from === undefined ? [] : [{ _id: { $gt: from } }])]);
  const found = await logs.list(filter, OLDEST_FIRST, { skip: 0, limit: take });
  return found.map((log) => withFields(viewOf(log), query));
}

const allOf = (filters: readonly LogFilter[]): LogFilter => (filters.length === 0 ? {} : { $and: [...filters] });
