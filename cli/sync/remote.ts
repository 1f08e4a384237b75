import { z } from 'zod';
import { UsageError } from '../../shared/usage-error.ts';
import type { ApiClient } from '../api-client.ts';

const Members = z.record(z.string(), z.unknown());
type Members = z.infer<typeof Members>;

const Action = z.looseObject({
  id: z.string(),
  name: z.string(),
  secrets: z.array(z.looseObject({ name: z.string() })).nullish(),
  dependencies: z.array(z.looseObject({ name: z.string(), version: z.string() })).nullish(),
});

/** What is in hookmint now, as its API shows it. */
export type Remote = {
  /** Identifier of the Management API itself: its clients are never touched. */
  managementAudience: string;
  resourceServers: (Members & { id: string; identifier: string })[];
  clientAssertionIssuers: (Members & { id: string; issuer: string })[];
  clients: (Members & { client_id: string; name: string })[];
  clientGrants: (Members & { id: string; client_id: string; audience: string })[];
  hooks: (Members & { id: string; name: string; secretNames: string[] })[];
  actions: z.infer<typeof Action>[];
  /** The Actions bound to credentials-exchange, in their order. */
  boundActions: { action_name: string; display_name: string }[];
  tenant: Members;
};

const PAGE_ITEMS = 100;
/** Of one kind; a server that has ever another page is none of hookmint's. */
const MAX_PAGES = 2_000;
/** Actions come in smaller pages, and always as an object (contract §6). */
const ACTIONS_PAGE = { perPage: 50, asObject: '' };

export async function readRemote(api: ApiClient): Promise<Remote> {
  const [resourceServers, issuers, clients, clientGrants, hooks, actions, bindings, tenant] = await Promise.all([
    all(api, '/resource-servers', 'resource_servers', z.looseObject({ id: z.string(), identifier: z.string() })),
    api.read(Issuers, 'GET', '/client-assertion-issuers'),
    all(api, '/clients', 'clients', z.looseObject({ client_id: z.string(), name: z.string() })),
    all(
      api,
      '/client-grants',
      'client_grants',
      z.looseObject({ id: z.string(), client_id: z.string(), audience: z.string() }),
    ),
    all(api, '/hooks', 'hooks', z.looseObject({ id: z.string(), name: z.string() })),
    all(api, '/actions/actions', 'actions', Action, ACTIONS_PAGE),
    api.read(Bindings, 'GET', '/actions/triggers/credentials-exchange/bindings?per_page=50'),
    api.read(Members, 'GET', '/tenants/settings'),
  ]);
  return {
    managementAudience: await api.audience(),
    resourceServers,
    clientAssertionIssuers: issuers,
    clients,
    clientGrants,
    hooks: await Promise.all(
      hooks.map(async (hook) => ({
        ...hook,
        secretNames: Object.keys(await api.read(Members, 'GET', `/hooks/${hook.id}/secrets`)),
      })),
    ),
    actions,
    boundActions: bindings.bindings.map(({ action, display_name }) => ({
      action_name: action.name,
      display_name,
    })),
    tenant,
  };
}

const Issuers = z.array(z.looseObject({ id: z.string(), issuer: z.string() }));

const Bindings = z.object({
  bindings: z.array(z.object({ action: z.object({ name: z.string() }), display_name: z.string() })),
});

async function all<T>(
  api: ApiClient,
  path: string,
  plural: string,
  item: z.ZodType<T>,
  { perPage, asObject } = { perPage: PAGE_ITEMS, asObject: '&include_totals=true' },
): Promise<T[]> {
  const items: T[] = [];
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await api.read(
      z.looseObject({ [plural]: z.array(item) }),
      'GET',
      `${path}?per_page=${perPage}&page=${page}${asObject}`,
    );
    const got = answer[plural] ?? [];
    items.push(...got);
    if (got.length < perPage) return items;
  }
  throw new UsageError(`${api.baseUrl} has more than ${String(MAX_PAGES)} pages of ${plural}.`);
}
