import { LRUCache } from 'lru-cache';
import type { Db } from 'mongodb';
import type { ClientAssertionIssuer } from '../../shared/domain/client-assertion-issuer.ts';
import { MAX_CLIENT_ID_LENGTH, type Client } from '../../shared/domain/client.ts';
import type { ClientGrant } from '../../shared/domain/client-grant.ts';
import type { EnabledHook, HookRevision, TriggerId } from '../../shared/domain/hook.ts';
import { MAX_IDENTIFIER_LENGTH, type ResourceServer } from '../../shared/domain/resource-server.ts';
import { DEFAULT_TENANT_SETTINGS, type TenantSettings } from '../../shared/domain/tenant.ts';
import { clientAssertionIssuersIn } from '../../shared/store/client-assertion-issuers.ts';
import { clientGrantKey, clientGrantsIn } from '../../shared/store/client-grants.ts';
import { clientsIn } from '../../shared/store/clients.ts';
import { hooksIn } from '../../shared/store/hooks.ts';
import type { RecordingPublicKey } from '../../shared/recording-seal.ts';
import { recordingKeyIn } from '../../shared/store/recordings.ts';
import { resourceServersIn } from '../../shared/store/resource-servers.ts';
import { tenantIn } from '../../shared/store/tenant.ts';
import type { ConfigChange } from '../../shared/subjects/config-changed.ts';
import { CONFIGURATION_MAX_REVISIONS, CONFIGURATION_MAX_REVISIONS_CHARACTERS } from './limits.ts';
import { createReadThrough } from './read-through.ts';

/**
 * The tenant's configuration as a token request needs it, read through memory: the store is off the hot path, and while it is
 * away tokens go on with what is known. Entries live until a change of theirs is announced, and for 30 s at the longest.
 */
export type Configuration = {
  client(clientId: string): Promise<Client | undefined>;
  resourceServer(identifier: string): Promise<ResourceServer | undefined>;
  clientGrant(clientId: string, audience: string): Promise<ClientGrant | undefined>;
  /** What runs at an extensibility point, in its order: the enabled hook, then the Actions. */
  enabledHooks(trigger: TriggerId): Promise<readonly EnabledHook[]>;
  tenantSettings(): Promise<TenantSettings>;
  /** What recordings are sealed for; `undefined` until management was started once. */
  recordingKey(): Promise<RecordingPublicKey | undefined>;
  /** The trusted issuer with that `iss`. */
  clientAssertionIssuer(iss: string): Promise<ClientAssertionIssuer | undefined>;
  /**
   * Makes what was changed be read again; every entry when that is unknown, or not told one by one. Old entries still serve while the store is
   * down.
   */
  changed(changes: readonly ConfigChange[] | undefined): void;
  /** Of the oldest entry that was used within the last minute or half of it: the time since it was read. */
  ageMs: () => number;
};

/** @param maxAgeMs An entry that was read longer ago serves no more while the store cannot be read. Default: it serves. */
export function readConfigurationFrom(db: Db, maxAgeMs = Infinity): Configuration {
  const [clients, resourceServers, clientGrants] = [clientsIn(db), resourceServersIn(db), clientGrantsIn(db)];
  const [hooks, tenant, issuers] = [hooksIn(db), tenantIn(db), clientAssertionIssuersIn(db)];

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

  /** A gradual deployment or a shadow of a revision that is not there is none. */
  async function readHook(id: string): Promise<EnabledHook | undefined> {
    const hook = await hooks.find(id);
    if (typeof hook?.current_revision !== 'string') return undefined;
    const revision = await readRevision(hook.current_revision);
    if (revision === undefined) return undefined;
    const { name, gradual: deployment, shadow } = hook;
    const gradual = deployment === undefined ? undefined : await readRevision(deployment.revision);
    const shadowed = shadow === undefined ? undefined : await readRevision(shadow.revision);
    return {
      id,
      name,
      revision,
      ...(deployment === undefined || gradual === undefined ? {} : { gradual: { deployment, revision: gradual } }),
      ...(shadow === undefined || shadowed === undefined ? {} : { shadow: { shadow, revision: shadowed } }),
    };
  }

  const revisions = new LRUCache<string, HookRevision>({
    max: CONFIGURATION_MAX_REVISIONS,
    maxSize: CONFIGURATION_MAX_REVISIONS_CHARACTERS,
    sizeCalculation: ({ code, build, checks }) =>
      code.length + (checks?.length ?? 0) + (build?.script.length ?? 0) + (build?.source_map.length ?? 0),
  });

  /** A revision never changes: none is read twice. */
  async function readRevision(address: string): Promise<HookRevision | undefined> {
    const revision = revisions.get(address) ?? (await hooks.findRevision(address));
    if (revision !== undefined) revisions.set(address, revision);
    return revision;
  }

  /** With the quota that applies to it, so that callers need not read the tenant's settings. */
  async function clientOf(id: string): Promise<Client | undefined> {
    const client = await caches.client.get(id);
    if (client?.token_quota !== null) return client;
    const token_quota = (await caches.tenantSettings.get(''))?.default_token_quota?.clients ?? null;
    return token_quota === null ? client : { ...client, token_quota };
  }

  const { cached, dropAll, isBack, ageMs } = createReadThrough(maxAgeMs);
  const caches = {
    client: cached((id) => clients.find(id)),
    resourceServer: cached((identifier) => resourceServers.findByIdentifier(identifier)),
    clientGrant: cached((key) => clientGrants.findFor(...(JSON.parse(key) as [string, string]))),
    enabledHooks: cached((trigger) => readEnabledHooks(trigger as TriggerId)),
    tenantSettings: cached(() => tenant.settings()),
    recordingKey: cached(() => recordingKeyIn(db).find()),
    issuers: cached(() => issuers.list()),
  };

  function drop(change: ConfigChange | undefined): void {
    if (change !== undefined && NOT_READ.includes(change.collection)) return;
    const cache = change === undefined ? undefined : CACHE_OF[change.collection];
    if (cache === undefined || change?.keys === undefined) {
      dropAll();
    } else if (cache === 'enabledHooks') caches.enabledHooks.drop();
    else if (cache === 'tenantSettings') {
      // The others are in the same collection.
      caches.tenantSettings.drop();
      caches.recordingKey.drop();
      caches.issuers.drop();
    } else for (const key of change.keys) caches[cache].dropOne(key);
  }

  return {
    // Over-long ids cannot exist: skip store and cache, or callers could fill the memory with keys.
    client: (clientId) => (clientId.length > MAX_CLIENT_ID_LENGTH ? NOTHING : clientOf(clientId)),
    resourceServer: (identifier) =>
      identifier.length > MAX_IDENTIFIER_LENGTH ? NOTHING : caches.resourceServer.get(identifier),
    clientGrant: (clientId, audience) =>
      audience.length > MAX_IDENTIFIER_LENGTH
        ? NOTHING
        : caches.clientGrant.get(clientGrantKey({ client_id: clientId, audience })),
    enabledHooks: async (trigger) => (await caches.enabledHooks.get(trigger)) ?? [],
    tenantSettings: async () => (await caches.tenantSettings.get('')) ?? DEFAULT_TENANT_SETTINGS,
    recordingKey: () => caches.recordingKey.get(''),
    clientAssertionIssuer: async (iss) => (await caches.issuers.get(''))?.find(({ issuer }) => issuer === iss),
    changed: (changes) => {
      // A change can only have been written to a store that is there.
      isBack();
      for (const change of changes ?? [undefined]) drop(change);
    },
    ageMs,
  };
}

/** Not by tokens of this tenant. */
const NOT_READ: readonly string[] = ['signing_keys', 'tenants'];

/** Of the collections that tokens are read from. */
const CACHE_OF: Partial<
  Record<string, 'client' | 'resourceServer' | 'clientGrant' | 'enabledHooks' | 'tenantSettings'>
> = {
  clients: 'client',
  resource_servers: 'resourceServer',
  client_grants: 'clientGrant',
  hooks: 'enabledHooks',
  hook_bindings: 'enabledHooks',
  tenant: 'tenantSettings',
};

const NOTHING = Promise.resolve(undefined);
