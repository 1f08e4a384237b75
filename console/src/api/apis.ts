import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, api, type Schemas } from './client.ts';

/** As the API shows one that is asked for whole. */
export type Api = Required<Pick<Schemas['ResourceServer'], 'id' | 'identifier' | 'scopes'>> & Schemas['ResourceServer'];

/** As many as a page of the API has. */
const MAX_APIS = 100;
const PER_PAGE = 50;

const whole = (one: Schemas['ResourceServer']): Api => ({
  ...one,
  id: one.id ?? '',
  identifier: one.identifier ?? '',
  scopes: one.scopes ?? [],
});

/** The first of them, for those who choose one. */
export const apisQuery = queryOptions({
  queryKey: ['apis'],
  queryFn: async ({ signal }) => {
    const query = { per_page: MAX_APIS };
    const found = await answered(api.GET('/api/v2/resource-servers', { params: { query }, signal }));
    return (Array.isArray(found) ? found : found.resource_servers).map(whole);
  },
});

type Page = { total: number; resource_servers: Schemas['ResourceServer'][] };

export const apiPagesQuery = infiniteQueryOptions({
  queryKey: ['apis', 'pages'],
  initialPageParam: 0,
  queryFn: async ({ pageParam, signal }) => {
    const query = { page: pageParam, per_page: PER_PAGE, include_totals: true } as const;
    const found = (await answered(
      api.GET('/api/v2/resource-servers', { params: { query }, signal }),
    )) as unknown as Page;
    return { total: found.total, apis: found.resource_servers.map(whole) };
  },
  getNextPageParam: (page, pages) => (page.apis.length < PER_PAGE ? undefined : pages.length),
});

/** @param id Its id, or its identifier. */
export const apiQuery = (id: string) =>
  queryOptions({
    queryKey: ['apis', 'one', id],
    queryFn: async ({ signal }) =>
      whole(await answered(api.GET('/api/v2/resource-servers/{id}', { params: { path: { id } }, signal }))),
  });

export const createApi = async (body: { identifier: string; name: string; scopes: Api['scopes'] }): Promise<Api> =>
  whole(await answered(api.POST('/api/v2/resource-servers', { body })));

/** @param body What changes. */
export const updateApi = async (id: string, body: object): Promise<Api> =>
  whole(await answered(api.PATCH('/api/v2/resource-servers/{id}', { params: { path: { id } }, body })));

export const deleteApi = (id: string) => api.DELETE('/api/v2/resource-servers/{id}', { params: { path: { id } } });
