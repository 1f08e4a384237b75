import chunk from 'lodash/chunk.js';
import { z } from 'zod';
import { MAX_CLIENT_ID_LENGTH, type Client } from '../../../../shared/domain/client.ts';
import { QUOTA_WINDOWS, type TokenQuota } from '../../../../shared/domain/token-quota.ts';
import { HookmintError } from '../../../../shared/errors.ts';
import { createCounts, type Counts } from '../../../../shared/quotas/counts.ts';
import { readKeptCounts } from '../../../../shared/quotas/read-kept-counts.ts';
import { endOf, windowsAt } from '../../../../shared/quotas/windows.ts';
import { clientsIn } from '../../../../shared/store/clients.ts';
import { tenantIn } from '../../../../shared/store/tenant.ts';
import { allQuotasCounted, quotasCountedOf } from '../../../../shared/subjects/quota-counted.ts';
import { inexistent } from '../../api/api-error.ts';
import { reads } from '../../api/route.ts';
import type { Deps } from '../../deps.ts';
import { TokenQuotaUsage } from './schema.ts';

/** Of a quota, from which a client is near its end; gateways warn of it too (contract §5.7). */
const NEAR_PERCENT = 80;
/** Clients that one read of the store looks up. */
const CLIENTS_A_READ = 1_000;

/** hookmint's own: Auth0 tells it in the header of a token's answer alone. */
export const getQuotaUsage = reads({
  path: '/clients/{id}/token-quota-usage',
  operationId: 'getClientTokenQuotaUsage',
  summary: 'Get how much of its token quota a client has used',
  tag: 'clients',
  scopes: ['read:clients', 'read:client_keys'],
  params: z.strictObject({ id: z.string().min(1).max(MAX_CLIENT_ID_LENGTH) }),
  status: 200,
  response: TokenQuotaUsage,
  errors: [404],
  handle: async ({ params: { id } }, deps): Promise<TokenQuotaUsage> => {
    const client = await clientsIn(deps.db).find(id);
    if (client === undefined) throw inexistent('client');
    const quota = quotaOf(client, await tenantQuota(deps));
    if (quota === undefined) return { client_id: id };
    const counts = await countsOf(deps, quotasCountedOf(deps.tenant, id));
    const windows = windowsAt(Date.now());
    const used = counts.used(id, windows);
    const { enforce } = quota;
    const set_by = client.token_quota === null ? ('tenant' as const) : ('client' as const);
    const usage = QUOTA_WINDOWS.flatMap((window) => {
      const allowed = quota[window];
      if (allowed === undefined) return [];
      const remaining = Math.max(0, allowed - used[window]);
      const resets_at = new Date(endOf(window, windows[window])).toISOString();
      return [[window, { quota: allowed, used: used[window], remaining, resets_at }] as const];
    });
    return { client_id: id, client_credentials: { enforce, set_by, ...Object.fromEntries(usage) } };
  },
});

const underWay = new WeakMap<Deps, Promise<string[]>>();

/** Ids of the clients that have used so much of a quota, in this hour or day, that they are near its end. Who asks meanwhile shares the answer. */
export function idsNearQuota(deps: Deps): Promise<string[]> {
  const shared = underWay.get(deps);
  if (shared !== undefined) return shared;
  const ids = findNearQuota(deps).finally(() => underWay.delete(deps));
  underWay.set(deps, ids);
  return ids;
}

async function findNearQuota(deps: Deps): Promise<string[]> {
  const counts = await countsOf(deps, allQuotasCounted(deps.tenant));
  const windows = windowsAt(Date.now());
  const default_ = await tenantQuota(deps);
  const isNear = (client: Client): boolean => {
    const quota = quotaOf(client, default_);
    const used = counts.used(client.client_id, windows);
    return QUOTA_WINDOWS.some((window) => used[window] * 100 >= (quota?.[window] ?? Infinity) * NEAR_PERCENT);
  };
  const near: string[] = [];
  for (const ids of chunk(counts.clientIds(), CLIENTS_A_READ)) {
    const clients = await clientsIn(deps.db).list({ _id: { $in: ids } }, { skip: 0, limit: ids.length });
    near.push(...clients.filter(isNear).map(({ client_id }) => client_id));
  }
  return near;
}

type Quota = TokenQuota['client_credentials'];

const quotaOf = ({ token_quota }: Client, tenantQuota: Quota | undefined): Quota | undefined =>
  token_quota?.client_credentials ?? tenantQuota;

const tenantQuota = async ({ db }: Deps): Promise<Quota | undefined> =>
  (await tenantIn(db).settings()).default_token_quota?.clients?.client_credentials;

/**
 * What gateways have told of their counts, which they do once a second.
 *
 * @throws {HookmintError} `bus_unreachable`: 503 `service_unavailable`.
 */
async function countsOf({ bus }: Deps, subject: string): Promise<Counts> {
  const counts = createCounts();
  try {
    await readKeptCounts(bus, subject, counts.heard);
  } catch (error) {
    throw new HookmintError('bus_unreachable', 'the counts of tokens cannot be read', { cause: error });
  }
  return counts;
}
