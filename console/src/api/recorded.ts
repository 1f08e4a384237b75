import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client.ts';

/** A token request that came to hooks: they can be run on it once more. */
export type Recorded = { log_id: string; date: string; client_id: string; client_name?: string; audience: string };

/**
 * The last fifty, newest first, without those that came to no hook: of the Management API, which is at the issuer, nothing shapes tokens.
 */
export async function readRecorded(issuer: string, signal: AbortSignal): Promise<Recorded[]> {
  const query = { q: 'type:seccft OR type:feccft', per_page: 50, sort: 'date:-1' };
  const answer = await answered(api.GET('/api/v2/logs', { params: { query }, signal }));
  const logs = Array.isArray(answer) ? answer : [];
  const isOfHooks = (audience: string | undefined): boolean =>
    audience !== undefined && audience !== `${issuer}api/v2/`;
  return logs.filter(({ audience, client_id }) => isOfHooks(audience) && client_id) as Recorded[];
}

export const recordedQuery = (issuer: string) =>
  queryOptions({
    queryKey: ['logs', 'recorded'],
    queryFn: ({ signal }) => readRecorded(issuer, signal),
  });
