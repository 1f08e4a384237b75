import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, api, type Schemas } from './client.ts';

export type Client = Schemas['Client'];

const PER_PAGE = 50;
const MAX_GRANTS = 100;

/** Texts that begin so: whatever is no letter or digit stands for itself. */
const beginning = (text: string): string => `${text.replaceAll(/[^\p{L}\p{N}]/gu, String.raw`\$&`)}*`;

type Page = { total: number; clients: Client[] };

/** Clients whose name or id begins so, by name; all of them for nothing. */
export const clientsQuery = (find: string) =>
  infiniteQueryOptions({
    queryKey: ['clients', 'list', find],
    initialPageParam: 0,
    queryFn: async ({ pageParam, signal }) => {
      const q = find === '' ? {} : { q: `name:${beginning(find)} OR client_id:${beginning(find)}` };
      const query = { ...q, page: pageParam, per_page: PER_PAGE, sort: 'name:1', include_totals: true } as const;
      return (await answered(api.GET('/api/v2/clients', { params: { query }, signal }))) as unknown as Page;
    },
    getNextPageParam: (page, pages) => (page.clients.length < PER_PAGE ? undefined : pages.length),
  });

export const clientQuery = (id: string) =>
  queryOptions({
    queryKey: ['clients', id],
    queryFn: ({ signal }) => answered(api.GET('/api/v2/clients/{id}', { params: { path: { id } }, signal })),
  });

export type Grant = { id: string; audience: string; scope: string[]; allow_all_scopes?: boolean };

/** What a client may ask tokens for. */
export const grantsQuery = (client_id: string) =>
  queryOptions({
    queryKey: ['clients', client_id, 'grants'],
    queryFn: async ({ signal }) => {
      const query = { client_id, per_page: MAX_GRANTS };
      const found = await answered(api.GET('/api/v2/client-grants', { params: { query }, signal }));
      return (Array.isArray(found) ? found : found.client_grants) as unknown as Grant[];
    },
  });

/** A new secret; the one of now lives on for so long. */
export const rotateSecret = (id: string, overlap_seconds: number) =>
  answered(api.POST('/api/v2/clients/{id}/rotate-secret', { params: { path: { id } }, body: { overlap_seconds } }));
