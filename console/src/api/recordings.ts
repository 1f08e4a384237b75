import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, api, type Schemas } from './client.ts';

export type RecordingEntry = Schemas['HookRecordingEntry'];
export type RecordingSettings = NonNullable<Schemas['TenantSettings']['recording']>;

/** What the API has where nobody ever asked for recordings. */
export const NO_RECORDING: RecordingSettings = {
  percent: 0,
  max_mib: 64,
  max_hours: 72,
  redact_body: [],
  redact_metadata: [],
  redact_claims: [],
};

const PER_PAGE = 50;
/** While requests are recorded. Each reading sums the bytes of all recordings. */
const AGAIN_MS = 60_000;

export const readRecording = async (signal?: AbortSignal): Promise<RecordingSettings> =>
  (await answered(api.GET('/api/v2/tenants/settings', signal === undefined ? {} : { signal }))).recording ??
  NO_RECORDING;

export const recordingSettingsQuery = queryOptions({
  queryKey: ['recordings', 'settings'],
  queryFn: ({ signal }) => readRecording(signal),
});

export const changeRecording = (recording: RecordingSettings) =>
  api.PATCH('/api/v2/tenants/settings', { body: { recording } });

/** Which requests are recorded, newest first; of all clients for ''. */
export const recordingsQuery = (clientId: string) =>
  infiniteQueryOptions({
    queryKey: ['recordings', 'list', clientId],
    initialPageParam: 0,
    queryFn: ({ pageParam, signal }) => {
      const query = { ...(clientId === '' ? {} : { client_id: clientId }), page: pageParam, per_page: PER_PAGE };
      return answered(api.GET('/api/v2/hook-recordings', { params: { query }, signal }));
    },
    getNextPageParam: (page, pages) => (page.recordings.length < PER_PAGE ? undefined : pages.length),
    refetchInterval: AGAIN_MS,
  });

/** What hooks were told. Each reading is audited, so it is kept. */
export const recordingQuery = (id: string) =>
  queryOptions({
    queryKey: ['recording', id],
    staleTime: Infinity,
    queryFn: ({ signal }) => answered(api.GET('/api/v2/hook-recordings/{id}', { params: { path: { id } }, signal })),
  });

/** @param clientId Of all clients for ''. */
export const deleteRecordings = (clientId: string) =>
  api.DELETE('/api/v2/hook-recordings', { params: { query: clientId === '' ? {} : { client_id: clientId } } });
