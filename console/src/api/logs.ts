import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Dropped } from '../words/dropped.ts';
import { answered, api } from './client.ts';
import { ApiFailure } from './failure.ts';
import { followLines } from './follow-lines.ts';

/** One run of a hook or Action for a token. */
export type Finding = {
  id: string;
  name: string;
  revision: string;
  outcome: string;
  cpu_ms: number;
  wall_ms: number;
  unmodified?: true;
};

/** A log of a token request. What depends on how far the request came is there only then. */
export type TokenLog = {
  log_id: string;
  date: string;
  type: 'seccft' | 'feccft';
  description: string;
  client_id?: string;
  client_name?: string;
  audience?: string;
  scope?: string;
  ip?: string;
  user_agent?: string;
  details: {
    hook?: Finding;
    actions?: { executions: Finding[] };
    access_token_jti?: string;
    kid?: string;
    custom_claims?: string[];
    dropped?: Dropped[];
    scope_changes?: { added: string[]; removed: string[] };
    refusals?: number;
    error?: { code: string; status: number };
    duration_ms: number;
    trace_id?: string;
    correlation_id?: string;
  };
};

export type LiveTokenLog = TokenLog & { skipped?: number };

export const isIssued = ({ type }: Pick<TokenLog, 'type'>): boolean => type === 'seccft';

export const findingsOf = ({ details: { hook, actions } }: TokenLog): Finding[] => [
  ...(hook === undefined ? [] : [hook]),
  ...(actions?.executions ?? []),
];

const PER_PAGE = 50;

/** Logs that a search finds, newest first; a page begins after the last of the one before. */
export const logPagesQuery = <Log extends { log_id: string }>(what: string, q: string) =>
  infiniteQueryOptions({
    queryKey: ['logs', what, q],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const after = pageParam === undefined ? q : `(${q}) AND log_id:<${pageParam}`;
      const query = { q: after, per_page: PER_PAGE, sort: 'log_id:-1' };
      const found = await answered(api.GET('/api/v2/logs', { params: { query }, signal }));
      return found as unknown as Log[];
    },
    getNextPageParam: (page) => (page.length < PER_PAGE ? undefined : page.at(-1)?.log_id),
  });

export const tokenLogsQuery = (q: string) => logPagesQuery<TokenLog>('tokens', q);

export const tokenLogQuery = (id: string) =>
  queryOptions({
    queryKey: ['logs', id],
    // Immutable, so once is enough.
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const log = await answered(api.GET('/api/v2/logs/{id}', { params: { path: { id } }, signal }));
      if (log.type === 'seccft' || log.type === 'feccft') return log as unknown as TokenLog;
      throw new ApiFailure({ status: 404, message: 'The log is of no token request.' });
    },
  });

/**
 * Reads token requests as they are made, until the stream ends.
 *
 * @param from The last one that is known.
 * @throws {ApiFailure} when there is none.
 */
export function followTokenLogs(
  { q, from, signal }: { q: string; from: string | undefined; signal: AbortSignal },
  hear: (log: LiveTokenLog) => void,
): Promise<void> {
  const query = new URLSearchParams({ q, ...(from === undefined ? {} : { from }) });
  return followLines(`logs/live?${query.toString()}`, signal, (log) => hear(log as LiveTokenLog));
}
