import { queryOptions } from '@tanstack/react-query';
import { rehearseHook } from './changes.ts';
import { answered, api, ifMatch, type Schemas } from './client.ts';
import { followLines } from './follow-lines.ts';
import type { ProgramApi, RunLog } from './programs.ts';

/** As the API shows a hook that is asked for whole. */
export type Hook = Required<Pick<Schemas['Hook'], 'id' | 'name' | 'enabled'>> & Schemas['Hook'];

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

export const createHook = async (name: string, script: string): Promise<Hook> =>
  whole(await answered(api.POST('/api/v2/hooks', { body: { name, script, triggerId: 'credentials-exchange' } })));

/** What the Runner of Auth0's hooks began with. */
const SAMPLE_EVENT = {
  client: { id: 'xxxxxxxx', name: 'client-name', tenant: 'my-tenant', metadata: { plan: 'full' } },
  scope: ['read:connections'],
  audience: 'https://api.example.com/',
  body: { grant_type: 'client_credentials' },
};

export const HOOKS: ProgramApi = {
  noun: 'hook',
  title: 'Hooks',
  path: '/hooks',
  key: 'hooks',
  prefix: 'r',
  sampleEvent: SAMPLE_EVENT,
  secretsMember: 'context.webtask.secrets',
  deploysSecrets: true,

  program: (id) => ({
    queryKey: ['hooks', id],
    queryFn: async ({ signal }) => {
      const hook = whole(await answered(api.GET('/api/v2/hooks/{id}', { params: { path: { id } }, signal })));
      const { id: hookId, name, enabled, script, hookmint } = hook;
      return { id: hookId, name, isActive: enabled, script, contract: hookmint?.contract };
    },
  }),
  revisions: (id) => ({
    queryKey: ['hooks', id, 'revisions'],
    queryFn: async ({ signal }) =>
      (await answered(api.GET('/api/v2/hooks/{id}/revisions', { params: { path: { id } }, signal }))).revisions,
  }),
  revision: (id, { revision }) => ({
    queryKey: ['hooks', id, 'revisions', revision],
    // Immutable, so once is enough.
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const path = { id, revision };
      const found = await answered(api.GET('/api/v2/hooks/{id}/revisions/{revision}', { params: { path }, signal }));
      const { limits, egress, on_failure, isolation } = found;
      return { ...found, policies: { limits, egress, on_failure, isolation } };
    },
  }),
  save: (id, edit, from) =>
    answered(api.POST('/api/v2/hooks/{id}/revisions', { params: { path: { id }, header: ifMatch(from) }, body: edit })),
  deploy: async (id, { revision, number }, current) => {
    const params = { path: { id, revision }, header: ifMatch(current?.revision) };
    await api.POST('/api/v2/hooks/{id}/revisions/{revision}/deploy', { params });
    return number;
  },
  dryRun: (id, script, test) => {
    const told =
      test.kind === 'recorded' ? { log_id: test.log_id } : test.kind === 'edited' ? { event: test.event as never } : {};
    return answered(api.POST('/api/v2/hooks/{id}/dry-run', { params: { path: { id } }, body: { script, ...told } }));
  },
  rehearse: rehearseHook,
  setSecret: (id, { name, value }, known) => {
    const body = { [name]: value };
    const params = { path: { id } };
    return known.includes(name)
      ? api.PATCH('/api/v2/hooks/{id}/secrets', { params, body })
      : api.POST('/api/v2/hooks/{id}/secrets', { params, body });
  },
  removeSecret: (id, name) => api.DELETE('/api/v2/hooks/{id}/secrets', { params: { path: { id } }, body: [name] }),
  followLogs: (id, signal, hear) =>
    followLines(`hooks/${encodeURIComponent(id)}/logs`, signal, (log) => hear(log as RunLog)),
  setActive: (id, enabled) => api.PATCH('/api/v2/hooks/{id}', { params: { path: { id } }, body: { enabled } }),
  remove: (id) => api.DELETE('/api/v2/hooks/{id}', { params: { path: { id } } }),
};

/** Runs a revision on a request that was recorded. */
export const runAgain = (id: string, revision: string, log_id: string) =>
  answered(
    api.POST('/api/v2/hooks/{id}/revisions/{revision}/dry-run', {
      params: { path: { id, revision } },
      body: { log_id },
    }),
  );
