import { z } from 'zod';
import type { PlanInput } from './plan-input.ts';

const IDENTIFIER = /^https:\/\/[^/]+\.auth0\.com\/api\/v2\/$/;

/** Whether an API of the files is Auth0's own: hookmint has one in its place, with an identifier of its own. */
export function isAuth0s({ identifier, is_system }: { identifier: string; is_system?: unknown }): boolean {
  return is_system === true || IDENTIFIER.test(identifier);
}

/** Whether a grant's audience is Auth0's Management API, which exports need not hold. */
export function isAuth0sManagementApi(audience: string, { files }: Pick<PlanInput, 'files'>): boolean {
  const system = files.resourceServers?.some((api) => api.identifier === audience && api.is_system === true) ?? false;
  return IDENTIFIER.test(audience) || (system && audience.endsWith('/api/v2/'));
}

const Scopes = z.array(z.looseObject({ value: z.string() }));

/** Which scopes hookmint's own Management API has of those that were granted at Auth0's. */
export function scopesHere(granted: readonly string[], { remote }: Pick<PlanInput, 'remote'>) {
  const own = remote.resourceServers.find(({ identifier }) => identifier === remote.managementAudience);
  const known = new Set(Scopes.safeParse(own?.scopes).data?.map(({ value }) => value));
  return { here: granted.filter((scope) => known.has(scope)), elsewhere: granted.filter((scope) => !known.has(scope)) };
}
