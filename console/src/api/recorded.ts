import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client.ts';

/** Token requests that came to hooks, newest first. */
export const recordedQuery = queryOptions({
  queryKey: ['logs', 'recorded'],
  queryFn: async ({ signal }) => {
    const query = { q: 'type:seccft OR type:feccft', per_page: 50, sort: 'date:-1' };
    const answer = await answered(api.GET('/api/v2/logs', { params: { query }, signal }));
    return (Array.isArray(answer) ? answer : []).filter(({ audience, client_id }) => audience && client_id);
  },
});
