import { queryOptions } from '@tanstack/react-query';
import { answered, api, type Schemas } from './client.ts';

export type Gradual = Schemas['GradualDeployment'];
export type Shadow = Schemas['HookShadow'];
export type RehearsalPart = Schemas['HookRehearsal'];
export type Network = Shadow['network'];
export type RehearsalNetwork = RehearsalPart['network'];
export type DifferenceGroup = Shadow['groups'][number];
export type Bounds = Gradual['bounds'];

/** Figures are of the last minute, and told once a second. */
const AGAIN_MS = 2_000;
const pathOf = (id: string) => ({ params: { path: { id } } });

/** The gradual deployment that is on, or the last that is over, of a hook that had one. */
export const gradualQuery = (id: string) =>
  queryOptions({
    queryKey: ['hooks', id, 'gradual'],
    queryFn: ({ signal }) => answered(api.GET('/api/v2/hooks/{id}/gradual-deployment', { ...pathOf(id), signal })),
    refetchInterval: ({ state }) => (state.data?.state === 'on' ? AGAIN_MS : false),
  });

export type StartGradual = {
  revision: string;
  percent: number;
  client_ids: string[];
  bounds: Partial<Bounds>;
  force?: boolean;
};

export const startGradual = (id: string, body: StartGradual): Promise<Gradual> =>
  answered(api.PUT('/api/v2/hooks/{id}/gradual-deployment', { ...pathOf(id), body }));

/** @param deployment The one that is meant. */
export const endGradual = (id: string, way: 'promote' | 'return', deployment: string): Promise<Gradual> =>
  answered(
    way === 'promote'
      ? api.POST('/api/v2/hooks/{id}/gradual-deployment/promote', { ...pathOf(id), body: { id: deployment } })
      : api.POST('/api/v2/hooks/{id}/gradual-deployment/return', { ...pathOf(id), body: { id: deployment } }),
  );

/** In what the revision differs that runs beside the deployed one, of a hook where one does. */
export const shadowQuery = (id: string) =>
  queryOptions({
    queryKey: ['hooks', id, 'shadow'],
    queryFn: ({ signal }) => answered(api.GET('/api/v2/hooks/{id}/shadow', { ...pathOf(id), signal })),
    refetchInterval: AGAIN_MS,
  });

export const startShadow = (
  id: string,
  body: { revision: string; percent: number; network: Network },
): Promise<Shadow> => answered(api.PUT('/api/v2/hooks/{id}/shadow', { ...pathOf(id), body }));

export const stopShadow = (id: string) => api.DELETE('/api/v2/hooks/{id}/shadow', pathOf(id));

/** Code that is not saved, or a revision, and by which requests. */
export type AskRehearsal = {
  script?: string;
  revision?: string;
  last: number;
  since?: string;
  client_ids?: string[];
  network: RehearsalNetwork;
  source?: RehearsalPart['source'];
  /** Where the part before ended. */
  from?: string;
};

export const rehearseHook = (id: string, body: AskRehearsal, signal: AbortSignal): Promise<RehearsalPart> =>
  answered(api.POST('/api/v2/hooks/{id}/rehearsals', { ...pathOf(id), body, signal }));

export const rehearseAction = (
  id: string,
  { script, ...how }: AskRehearsal,
  signal: AbortSignal,
): Promise<RehearsalPart> => {
  const body = { ...how, ...(script === undefined ? {} : { code: script }) };
  return answered(api.POST('/api/v2/actions/actions/{id}/rehearsals', { ...pathOf(id), body, signal }));
};
