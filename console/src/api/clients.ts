import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, api, type Schemas } from './client.ts';

export type Client = Schemas['Client'];

const PER_PAGE = 50;

/** Texts that begin so: whatever is no letter or digit stands for itself. */
const beginning = (text: string): string => `${text.replaceAll(/[^\p{L}\p{N}]/gu, String.raw`\$&`)}*`;

type Page = { total: number; clients: Client[] };

/**
 * Clients whose name or id begins so, by name; all of them for nothing.
 *
 * @param isNearQuota Only those that have used 80 % of a quota.
 */
export const clientsQuery = (find: string, isNearQuota: boolean) =>
  infiniteQueryOptions({
    queryKey: ['clients', 'list', find, isNearQuota],
    initialPageParam: 0,
    queryFn: async ({ pageParam, signal }) => {
      const q = find === '' ? {} : { q: `name:${beginning(find)} OR client_id:${beginning(find)}` };
      const near = isNearQuota ? ({ near_quota: 'true' } as const) : {};
      const query = {
        ...q,
        ...near,
        page: pageParam,
        per_page: PER_PAGE,
        sort: 'name:1',
        include_totals: true,
      } as const;
      return (await answered(api.GET('/api/v2/clients', { params: { query }, signal }))) as unknown as Page;
    },
    getNextPageParam: (page, pages) => (page.clients.length < PER_PAGE ? undefined : pages.length),
  });

export const clientQuery = (id: string) =>
  queryOptions({
    queryKey: ['clients', id],
    queryFn: ({ signal }) => answered(api.GET('/api/v2/clients/{id}', { params: { path: { id } }, signal })),
  });

/** Read anew while it is looked at: tokens are counted meanwhile. */
export const quotaUsageQuery = (id: string) =>
  queryOptions({
    queryKey: ['clients', id, 'token-quota-usage'],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v2/clients/{id}/token-quota-usage', { params: { path: { id } }, signal })),
    refetchInterval: 10_000,
  });

/** @returns The client with its secret, if it has one: this once. */
export const createClient = (body: object): Promise<Client & { client_secret?: string }> =>
  answered(api.POST('/api/v2/clients', { body: body as { name: string } }));

/** @param body What changes. */
export const updateClient = (id: string, body: object): Promise<Client> =>
  answered(api.PATCH('/api/v2/clients/{id}', { params: { path: { id } }, body }));

export const deleteClient = (id: string) => api.DELETE('/api/v2/clients/{id}', { params: { path: { id } } });

/** A new secret; the one of now lives on for so long. */
export const rotateSecret = (id: string, overlap_seconds: number) =>
  answered(api.POST('/api/v2/clients/{id}/rotate-secret', { params: { path: { id } }, body: { overlap_seconds } }));
