import { queryOptions } from '@tanstack/react-query';
import { answered, api, type Schemas } from './client.ts';

/** Somebody's being signed in, in one browser. */
export type ConsoleSession = Schemas['ConsoleSession'];

export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: ({ signal }) => answered(api.GET('/api/v2/console/sessions', { signal })),
});

export const endSession = (id: string) => api.DELETE('/api/v2/console/sessions/{id}', { params: { path: { id } } });
