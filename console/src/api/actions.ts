import { queryOptions } from '@tanstack/react-query';
import { rehearseAction } from './changes.ts';
import { answered, api, ifMatch, type Schemas } from './client.ts';
import { ApiFailure } from './failure.ts';
import { followLines } from './follow-lines.ts';
import type { ProgramApi, Revision, RevisionEntry, RunLog } from './programs.ts';

export type Action = Schemas['Action'];
export type Binding = Schemas['ActionBinding'];

const TRIGGER = 'credentials-exchange';
/** As many as the API keeps of an Action, and more than can be bound. */
const PER_PAGE = 50;
/** As many as there can be. */
const MAX_ACTIONS = 100;

export const actionsQuery = queryOptions({
  queryKey: ['actions'],
  queryFn: async ({ signal }) => {
    const query = { per_page: MAX_ACTIONS };
    return (await answered(api.GET('/api/v2/actions/actions', { params: { query }, signal }))).actions;
  },
});

/** The Actions that run, in their order. */
export const bindingsQuery = queryOptions({
  queryKey: ['actions', 'bindings'],
  queryFn: ({ signal }) => readBindings(signal),
});

async function readBindings(signal?: AbortSignal): Promise<Binding[]> {
  const params = { path: { triggerId: TRIGGER }, query: { per_page: PER_PAGE } } as const;
  const call = api.GET('/api/v2/actions/triggers/{triggerId}/bindings', {
    params,
    ...(signal === undefined ? {} : { signal }),
  });
  return (await answered(call)).bindings;
}

/** Has these Actions run, in this order. */
export const bindActions = (actions: readonly { id: string; display_name?: string }[]) =>
  api.PATCH('/api/v2/actions/triggers/{triggerId}/bindings', {
    params: { path: { triggerId: TRIGGER } },
    body: {
      bindings: actions.map(({ id, display_name }) => ({
        ref: { type: 'action_id' as const, value: id },
        ...(display_name === undefined ? {} : { display_name }),
      })),
    },
  });

export const createAction = (name: string, code: string): Promise<Action> =>
  answered(
    api.POST('/api/v2/actions/actions', { body: { name, code, supported_triggers: [{ id: TRIGGER, version: 'v2' }] } }),
  );

type Content = Pick<Action, 'code' | 'dependencies' | 'secrets' | 'hookmint' | 'revision'>;

/** A line of the history with what is in it, which the API tells with the list; `versionId` of one that was deployed. */
type ActionEntry = RevisionEntry & { content: Revision; versionId: string | undefined };

const contentOf = ({ code, dependencies, secrets, hookmint = {}, revision }: Content): Revision => ({
  revision,
  script: code,
  language: hookmint.language ?? 'javascript',
  dependencies: Object.fromEntries(dependencies.map(({ name, version }) => [name, version])),
  modules: [],
  secrets: secrets.map(({ name }) => name),
  policies: hookmint,
});

const versionEntry = (version: Content & { id: string; number: number; deployed: boolean; created_at: string }) =>
  ({
    number: version.number,
    revision: version.revision,
    created_at: version.created_at,
    created_by: undefined,
    current: version.deployed,
    draft: false,
    content: contentOf(version),
    versionId: version.id,
  }) satisfies ActionEntry;

/** The draft, where it is not what is deployed: it gets the next number when it is deployed. */
const draftEntry = (action: Action, lastNumber: number): ActionEntry => ({
  number: lastNumber + 1,
  revision: action.revision,
  created_at: action.updated_at,
  created_by: undefined,
  current: false,
  draft: true,
  content: contentOf(action),
  versionId: undefined,
});

const getAction = (id: string, signal: AbortSignal) =>
  answered(api.GET('/api/v2/actions/actions/{id}', { params: { path: { id } }, signal }));

const updateAction = (id: string, body: Schemas['Action'] | object, from?: string) =>
  answered(
    api.PATCH('/api/v2/actions/actions/{id}', { params: { path: { id }, header: ifMatch(from) }, body: body as never }),
  );

const SAMPLE_EVENT = {
  client: { client_id: 'xxxxxxxx', name: 'client-name', metadata: { plan: 'full' } },
  accessToken: { scope: ['read:connections'], customClaims: {} },
  resource_server: { identifier: 'https://api.example.com/' },
  request: { body: { grant_type: 'client_credentials' } },
};

export const ACTIONS: ProgramApi = {
  noun: 'Action',
  title: 'Actions',
  path: '/actions',
  key: 'actions',
  prefix: 'v',
  sampleEvent: SAMPLE_EVENT,
  secretsMember: 'event.secrets',
  deploysSecrets: false,

  program: (id) => ({
    queryKey: ['actions', id],
    queryFn: async ({ signal }) => {
      const [action, bindings] = await Promise.all([getAction(id, signal), readBindings(signal)]);
      const isActive = bindings.some((binding) => binding.action.id === id);
      return { id, name: action.name, isActive, script: action.deployed_version?.code };
    },
  }),
  revisions: (id) => ({
    queryKey: ['actions', id, 'revisions'],
    queryFn: async ({ signal }): Promise<ActionEntry[]> => {
      const params = { path: { actionId: id }, query: { per_page: PER_PAGE } };
      const [action, { versions }] = await Promise.all([
        getAction(id, signal),
        answered(api.GET('/api/v2/actions/actions/{actionId}/versions', { params, signal })),
      ]);
      const deployed = versions.map(versionEntry);
      return action.all_changes_deployed ? deployed : [draftEntry(action, deployed[0]?.number ?? 0), ...deployed];
    },
  }),
  revision: (id, entry) => ({
    queryKey: ['actions', id, 'revisions', entry.revision],
    staleTime: Infinity,
    queryFn: () => Promise.resolve((entry as ActionEntry).content),
  }),
  save: async (id, { script, dependencies, hookmint }, from) => {
    const modules = dependencies && Object.entries(dependencies).map(([name, version]) => ({ name, version }));
    const edit = {
      ...(script === undefined ? {} : { code: script }),
      ...(modules === undefined ? {} : { dependencies: modules }),
      ...(hookmint === undefined ? {} : { hookmint }),
    };
    const action = await updateAction(id, edit, from);
    const deployed = action.deployed_version;
    return action.all_changes_deployed && deployed !== undefined
      ? versionEntry(deployed)
      : draftEntry(action, deployed?.number ?? 0);
  },
  deploy: async (id, entry) => {
    const { versionId, draft, revision } = entry as ActionEntry;
    if (draft) {
      const params = { path: { id }, header: ifMatch(revision) };
      return (await answered(api.POST('/api/v2/actions/actions/{id}/deploy', { params }))).number;
    }
    if (versionId === undefined) throw new ApiFailure({ status: 0, message: 'There is no such version.' });
    const params = { path: { actionId: id, id: versionId } };
    return (await answered(api.POST('/api/v2/actions/actions/{actionId}/versions/{id}/deploy', { params }))).number;
  },
  dryRun: (id, code, test) => {
    const told =
      test.kind === 'recorded'
        ? { log_id: test.log_id }
        : test.kind === 'edited'
          ? { payload: test.event as never }
          : {};
    const params = { path: { id } };
    return answered(api.POST('/api/v2/actions/actions/{id}/dry-run', { params, body: { code, ...told } }));
  },
  rehearse: rehearseAction,
  // Secrets that are named alone keep their values.
  setSecret: (id, secret, known) =>
    updateAction(id, { secrets: [...known.filter((name) => name !== secret.name).map((name) => ({ name })), secret] }),
  removeSecret: (id, name, known) =>
    updateAction(id, { secrets: known.filter((one) => one !== name).map((one) => ({ name: one })) }),
  followLogs: (id, signal, hear) =>
    followLines(`actions/actions/${encodeURIComponent(id)}/logs`, signal, (log) => hear(log as RunLog)),
  setActive: async (id, isActive) => {
    const bound = (await readBindings()).map(({ action, display_name }) => ({ id: action.id, display_name }));
    const others = bound.filter((one) => one.id !== id);
    return bindActions(isActive ? [...others, { id }] : others);
  },
  remove: (id) => api.DELETE('/api/v2/actions/actions/{id}', { params: { path: { id } } }),
};
