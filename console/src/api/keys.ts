import { queryOptions } from '@tanstack/react-query';
import { answered, api, type Schemas } from './client.ts';

export type SigningKey = Schemas['SigningKey'];

export const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: ({ signal }) => answered(api.GET('/api/v2/keys/signing', { signal })),
});

/** @param force Although verifiers may not know the next key yet. */
export const rotateKeys = (force: boolean) =>
  api.POST('/api/v2/keys/signing/rotate', { params: { query: force ? { force } : {} } });

export const revokeKey = (kid: string) => api.PUT('/api/v2/keys/signing/{kid}/revoke', { params: { path: { kid } } });
