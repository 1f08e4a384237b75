import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client.ts';

/** A token request that came to hooks: they can be run on it once more. */
export type Recorded = { log_id: string; date: string; client_id: string; client_name?: string; audience: string };

/** The last fifty, newest first, without those that came to no hook. */
export async function readRecorded(signal: AbortSignal): Promise<Recorded[]> {
  const query = { q: 'type:seccft OR type:feccft', per_page: 50, sort: 'date:-1' };
  const answer = await answered(api.GET('/api/v2/logs', { params: { query }, signal }));
  const logs = Array.isArray(answer) ? answer : [];
  return logs.filter(({ audience, client_id }) => audience && client_id) as Recorded[];
}

export const recordedQuery = queryOptions({
  queryKey: ['logs', 'recorded'],
  queryFn: ({ signal }) => readRecorded(signal),
});
