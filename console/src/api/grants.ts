import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client.ts';

/** As many as a page of the API has. */
const MAX_GRANTS = 100;

export type Grant = {
  id: string;
  client_id: string;
  audience: string;
  scope: string[];
  allow_all_scopes?: boolean;
  claims?: Readonly<Record<string, unknown>> | null;
};
/** Which scopes of its API a grant has, and which claims its tokens have without code. */
export type Granted = ({ scope: string[] } | { allow_all_scopes: true }) & Pick<Grant, 'claims'>;

async function read(query: { client_id: string } | { audience: string }, signal: AbortSignal): Promise<Grant[]> {
  const params = { query: { ...query, per_page: MAX_GRANTS } };
  const found = await answered(api.GET('/api/v2/client-grants', { params, signal }));
  return (Array.isArray(found) ? found : found.client_grants) as unknown as Grant[];
}

/** What a client may ask tokens for. */
export const grantsOfClientQuery = (client_id: string) =>
  queryOptions({
    queryKey: ['grants', 'of client', client_id],
    queryFn: ({ signal }) => read({ client_id }, signal),
  });

/** Who may ask tokens for an API, the first of them. */
export const grantsOfApiQuery = (audience: string) =>
  queryOptions({ queryKey: ['grants', 'of API', audience], queryFn: ({ signal }) => read({ audience }, signal) });

export const createGrant = (of: { client_id: string; audience: string }, granted: Granted) =>
  answered(
    api.POST('/api/v2/client-grants', {
      body: { ...of, ...granted } as { client_id: string; audience: string; scope: string[] },
    }),
  );

export const updateGrant = (id: string, granted: Granted) =>
  answered(api.PATCH('/api/v2/client-grants/{id}', { params: { path: { id } }, body: granted }));

export const deleteGrant = (id: string) => api.DELETE('/api/v2/client-grants/{id}', { params: { path: { id } } });
