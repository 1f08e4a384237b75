import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client.ts';
import { ApiFailure } from './failure.ts';
import { logPagesQuery } from './logs.ts';

/** A log of a write of the configuration, or of somebody's signing in or out. */
export type ChangeLog = {
  log_id: string;
  date: string;
  /** What the operation is called. */
  description: string;
  /** Of a client; a person has `user_id` and `user_name`. */
  client_id?: string;
  client_name?: string;
  user_id?: string;
  user_name?: string;
  ip?: string;
  user_agent?: string;
  details: {
    request: { method: string; path: string };
    response: { statusCode: number };
    /** It may be in effect, or not. */
    outcome?: 'unknown';
    collection: string;
    document_id: string;
    /** `null` for what was made, or is gone. */
    before: unknown;
    after: unknown;
    trace_id?: string;
    correlation_id?: string;
  };
};

/** Newest first. */
export const changeLogsQuery = logPagesQuery<ChangeLog>('changes', 'type:sapi');

export const changeLogQuery = (id: string) =>
  queryOptions({
    queryKey: ['logs', id],
    // Immutable, so once is enough.
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const log = await answered(api.GET('/api/v2/logs/{id}', { params: { path: { id } }, signal }));
      if (log.type === 'sapi') return log as unknown as ChangeLog;
      throw new ApiFailure({ status: 404, message: 'The log is of no change.' });
    },
  });
