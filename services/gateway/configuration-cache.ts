import type { Db } from 'mongodb';
import { MAX_CLIENT_ID_LENGTH, type Client } from '../../shared/domain/client.ts';
import type { ClientGrant } from '../../shared/domain/client-grant.ts';
import type { TriggerId } from '../../shared/domain/hook.ts';
import { MAX_IDENTIFIER_LENGTH, type ResourceServer } from '../../shared/domain/resource-server.ts';
import { DEFAULT_TENANT_SETTINGS, type TenantSettings } from '../../shared/domain/tenant.ts';
import { clientGrantsIn } from '../../shared/store/client-grants.ts';
import { clientsIn } from '../../shared/store/clients.ts';
import { hooksIn } from '../../shared/store/hooks.ts';
import { resourceServersIn } from '../../shared/store/resource-servers.ts';
import { tenantIn } from '../../shared/store/tenant.ts';
import { createReadThrough } from './read-through.ts';
import type { EnabledHook } from '../../shared/domain/hook.ts';

/**
 * The tenant's configuration as a token request needs it, read through memory: the store is off the hot path, and while it is
 * away tokens go on with what is known. Entries live until a change is announced, and for 30 s at the longest.
 */
export type Configuration = {
  client(clientId: string): Promise<Client | undefined>;
  resourceServer(identifier: string): Promise<ResourceServer | undefined>;
  clientGrant(clientId: string, audience: string): Promise<ClientGrant | undefined>;
  /** What runs at an extensibility point, in its order: the enabled hook, then the Actions. */
  enabledHooks(trigger: TriggerId): Promise<readonly EnabledHook[]>;
  tenantSettings(): Promise<TenantSettings>;
  /** Makes every entry be read again: the configuration has changed, or may have. Old entries still serve while the store is down. */
  drop(): void;
  /** Of the oldest entry that was used within the last minute or half of it: the time since it was read. */
  ageMs: () => number;
};

/** @param maxAgeMs An entry that was read longer ago serves no more, whether or not the store can be read. Default: it serves. */
export function readConfigurationFrom(db: Db, maxAgeMs = Infinity): Configuration {
  const [clients, resourceServers, clientGrants] = [clientsIn(db), resourceServersIn(db), clientGrantsIn(db)];
  const [hooks, tenant] = [hooksIn(db), tenantIn(db)];

  async function readEnabledHooks(trigger: TriggerId): Promise<EnabledHook[]> {
    const binding = await hooks.findBinding(trigger);
    const ids = [binding?.hook_id, ...(binding?.action_ids ?? [])].filter((id) => typeof id === 'string');
    const found = await Promise.all(ids.map(readHook));
    const missing = ids.filter((_, i) => found[i] === undefined);
    if (missing.length === 0) return found.filter((hook) => hook !== undefined);
    // It may have been disabled and deleted since the binding was read.
    const now = await hooks.findBinding(trigger);
    if (JSON.stringify(now) !== JSON.stringify(binding)) return readEnabledHooks(trigger);
    // Fail closed: a hook that is enabled but cannot be had is no reason to issue tokens without it.
    throw new Error(`the enabled hook ${missing.join(', ')} or its revision is not there`);
  }

  async function readHook(id: string): Promise<EnabledHook | undefined> {
    const hook = await hooks.find(id);
    if (typeof hook?.current_revision !== 'string') return undefined;
    const revision = await hooks.findRevision(hook.current_revision);
    return revision === undefined ? undefined : { id, name: hook.name, revision };
  }

  /** With the quota that applies to it, so that callers need not read the tenant's settings. */
  async function readClient(id: string): Promise<Client | undefined> {
    const client = await clients.find(id);
    if (client?.token_quota !== null) return client;
    const settings = await caches.tenantSettings.get('');
    return { ...client, token_quota: settings?.default_token_quota?.clients ?? null };
  }

  const { cached, drop, ageMs } = createReadThrough(maxAgeMs);
  const caches = {
    client: cached(readClient),
    resourceServer: cached((identifier) => resourceServers.findByIdentifier(identifier)),
    clientGrant: cached((key) => clientGrants.findFor(...(JSON.parse(key) as [string, string]))),
    enabledHooks: cached((trigger) => readEnabledHooks(trigger as TriggerId)),
    tenantSettings: cached(() => tenant.settings()),
  };
  return {
    // Over-long ids cannot exist: skip store and cache, or callers could fill the memory with keys.
    client: (clientId) => (clientId.length > MAX_CLIENT_ID_LENGTH ? NOTHING : caches.client.get(clientId)),
    resourceServer: (identifier) =>
      identifier.length > MAX_IDENTIFIER_LENGTH ? NOTHING : caches.resourceServer.get(identifier),
    clientGrant: (clientId, audience) =>
      audience.length > MAX_IDENTIFIER_LENGTH ? NOTHING : caches.clientGrant.get(JSON.stringify([clientId, audience])),
    enabledHooks: async (trigger) => (await caches.enabledHooks.get(trigger)) ?? [],
    tenantSettings: async () => (await caches.tenantSettings.get('')) ?? DEFAULT_TENANT_SETTINGS,
    drop,
    ageMs,
  };
}

const NOTHING = Promise.resolve(undefined);
