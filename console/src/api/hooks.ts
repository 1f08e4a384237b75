import { queryOptions } from '@tanstack/react-query';
import { answered, api, type Schemas } from './client.ts';

/** As the API shows a hook that is asked for whole. */
export type Hook = Required<Pick<Schemas['Hook'], 'id' | 'name' | 'enabled'>> & Schemas['Hook'];
export type RevisionEntry = Schemas['HookRevisionEntry'];
export type Revision = Schemas['HookRevision'];
export type DryRun = Schemas['HookDryRun'];

const whole = (hook: Schemas['Hook']): Hook => ({
  ...hook,
  id: hook.id ?? '',
  name: hook.name ?? '',
  enabled: hook.enabled ?? false,
});

export const hooksQuery = queryOptions({
  queryKey: ['hooks'],
  queryFn: async ({ signal }) => {
    const answer = await answered(api.GET('/api/v2/hooks', { params: { query: {} }, signal }));
    return (Array.isArray(answer) ? answer : answer.hooks).map(whole);
  },
});

export const hookQuery = (id: string) =>
  queryOptions({
    queryKey: ['hooks', id],
    queryFn: async ({ signal }) =>
      whole(await answered(api.GET('/api/v2/hooks/{id}', { params: { path: { id } }, signal }))),
  });

export const revisionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['hooks', id, 'revisions'],
    queryFn: async ({ signal }) =>
      (await answered(api.GET('/api/v2/hooks/{id}/revisions', { params: { path: { id } }, signal }))).revisions,
  });

/** Immutable, so once is enough. */
export const revisionQuery = (id: string, revision: string) =>
  queryOptions({
    queryKey: ['hooks', id, 'revisions', revision],
    staleTime: Infinity,
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v2/hooks/{id}/revisions/{revision}', { params: { path: { id, revision } }, signal })),
  });

/** Token requests that came to hooks, newest first. */
export const recordedQuery = queryOptions({
  queryKey: ['logs', 'recorded'],
  queryFn: async ({ signal }) => {
    const query = { q: 'type:seccft OR type:feccft', per_page: 50, sort: 'date:-1' };
    const answer = await answered(api.GET('/api/v2/logs', { params: { query }, signal }));
    return (Array.isArray(answer) ? answer : []).filter(({ audience, client_id }) => audience && client_id);
  },
});

const ifMatch = (revision: string | undefined) => (revision === undefined ? {} : { 'If-Match': `"${revision}"` });

/** What a draft is made of; what is left out stays as it is. */
export type DraftEdit = {
  script?: string;
  dependencies?: Record<string, string>;
  hookmint?: Pick<NonNullable<Schemas['Hook']['hookmint']>, 'limits' | 'egress' | 'on_failure' | 'isolation'>;
};

/** @param from The revision that the edit began from. */
export const saveDraft = (id: string, edit: DraftEdit, from: string | undefined): Promise<RevisionEntry> =>
  answered(api.POST('/api/v2/hooks/{id}/revisions', { params: { path: { id }, header: ifMatch(from) }, body: edit }));

/** @param current The revision that the author saw deployed. */
export const deploy = (id: string, revision: string, current: string | undefined) =>
  answered(
    api.POST('/api/v2/hooks/{id}/revisions/{revision}/deploy', {
      params: { path: { id, revision }, header: ifMatch(current) },
    }),
  );

export const setEnabled = (id: string, enabled: boolean) =>
  answered(api.PATCH('/api/v2/hooks/{id}', { params: { path: { id } }, body: { enabled } }));

export const createHook = async (name: string, script: string): Promise<Hook> =>
  whole(await answered(api.POST('/api/v2/hooks', { body: { name, script, triggerId: 'credentials-exchange' } })));

export const deleteHook = (id: string) => api.DELETE('/api/v2/hooks/{id}', { params: { path: { id } } });

/** What a run is told of the token request: a sample, what somebody wrote, or a request that was recorded. */
export type TestEvent =
  { kind: 'sample' } | { kind: 'edited'; event: Record<string, unknown> } | { kind: 'recorded'; log_id: string };

/** Runs code that is not saved. */
export const dryRun = (id: string, script: string, test: TestEvent): Promise<DryRun> => {
  const told =
    test.kind === 'recorded' ? { log_id: test.log_id } : test.kind === 'edited' ? { event: test.event as never } : {};
  return answered(api.POST('/api/v2/hooks/{id}/dry-run', { params: { path: { id } }, body: { script, ...told } }));
};

export const addSecret = (id: string, name: string, value: string) =>
  answered(api.POST('/api/v2/hooks/{id}/secrets', { params: { path: { id } }, body: { [name]: value } }));

export const changeSecret = (id: string, name: string, value: string) =>
  answered(api.PATCH('/api/v2/hooks/{id}/secrets', { params: { path: { id } }, body: { [name]: value } }));

export const removeSecret = (id: string, name: string) =>
  api.DELETE('/api/v2/hooks/{id}/secrets', { params: { path: { id } }, body: [name] });
