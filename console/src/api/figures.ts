import { queryOptions } from '@tanstack/react-query';
import { answered, api, type Schemas } from './client.ts';

export type TokenStats = Schemas['TokenStats'];
export type Figures = TokenStats['total'];

/** Ranges that figures are shown of, with the steps of each, seconds. */
export const RANGES = {
  hour: { label: 'Hour', seconds: 3_600, stepSeconds: '60' },
  day: { label: 'Day', seconds: 86_400, stepSeconds: '900' },
  week: { label: 'Week', seconds: 604_800, stepSeconds: '3600' },
} as const;
export type Range = keyof typeof RANGES;

const AGAIN_MS = 15_000;
/** They are counted anew each time. */
const GROUPS_AGAIN_MS = 60_000;
const MAX_CHANGES = 50;

const startOf = (range: Range): string => new Date(Date.now() - RANGES[range].seconds * 1_000).toISOString();

/** Read again and again, while somebody looks. */
export const figuresQuery = (range: Range) =>
  queryOptions({
    queryKey: ['figures', range],
    refetchInterval: AGAIN_MS,
    queryFn: ({ signal }) => {
      const query = { from: startOf(range), step_seconds: RANGES[range].stepSeconds };
      return answered(api.GET('/api/v2/stats/tokens', { params: { query }, signal }));
    },
  });

export type GroupedBy = 'client_id' | 'audience' | 'hook_id' | 'error_code';
export type Group = Schemas['TokenGroups']['groups'][number];

/** Who asked most in a range, for which API, by which hook or Action, with which error. */
export const groupsQuery = (range: Range, by: GroupedBy) =>
  queryOptions({
    queryKey: ['figures', range, 'groups', by],
    refetchInterval: GROUPS_AGAIN_MS,
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v2/stats/tokens/groups', { params: { query: { by, from: startOf(range) } }, signal })),
  });

/** A write that changed what shapes tokens. */
export type Change = { log_id: string; at: string; what: string; who: string; program: string | undefined };

/** As the API calls the operations that do. */
const DEPLOYING = [
  'Deploy a revision of a hook, or roll back to it',
  'Update a hook',
  'Delete a hook',
  'Deploy an action',
  'Roll back to an earlier version of an action',
  "Update a trigger's bindings",
];

/** What was deployed in a range, newest first. */
export const changesQuery = (range: Range) =>
  queryOptions({
    queryKey: ['figures', range, 'changes'],
    refetchInterval: AGAIN_MS,
    queryFn: async ({ signal }): Promise<Change[]> => {
      const which = DEPLOYING.map((text) => `"${text}"`).join(' OR ');
      const q = `type:sapi AND description:(${which}) AND date:[${startOf(range)} TO *]`;
      const params = { query: { q, per_page: MAX_CHANGES, sort: 'date:-1' } };
      const found = await answered(api.GET('/api/v2/logs', { params, signal }));
      return (found as unknown as WriteLog[]).map(changeOf);
    },
  });

type WriteLog = {
  log_id: string;
  date: string;
  description: string;
  client_name?: string;
  client_id?: string;
  user_name?: string;
  details: { request?: { path?: string } };
};

const PROGRAM = /\/(?<kind>hooks|actions\/actions)\/(?<id>[^/]+)/;

function changeOf({ log_id, date, description, details, ...by }: WriteLog): Change {
  const { kind, id } = PROGRAM.exec(details.request?.path ?? '')?.groups ?? {};
  return {
    log_id,
    at: date,
    what: description,
    who: by.user_name ?? by.client_name ?? by.client_id ?? '',
    program: id === undefined ? undefined : `/${kind === 'hooks' ? 'hooks' : 'actions'}/${id}`,
  };
}
