import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client.ts';

/** As many as a page of the API has. */
const MAX_APIS = 100;

export const apisQuery = queryOptions({
  queryKey: ['apis'],
  queryFn: async ({ signal }) => {
    const query = { per_page: MAX_APIS };
    const found = await answered(api.GET('/api/v2/resource-servers', { params: { query }, signal }));
    const apis = Array.isArray(found) ? found : found.resource_servers;
    return apis.map(({ identifier = '', name }) => ({ identifier, name }));
  },
});
