import { LRUCache } from 'lru-cache';
import type { HostedTenant } from '../domain/hosted-tenant.ts';
import { messageOf } from '../errors.ts';
import { logger } from '../log.ts';
import type { Tenants } from './watch-tenants.ts';

/** Without a use for so long a tenant is closed: it costs nothing until its next. */
const IDLE_MS = 600_000;
/** Open at a time; one more takes the place of the one that was used last longest ago. */
const MAX_OPEN = 1_000;

/** Opens each hosted tenant when it is first used, and closes it when it is used no more, or is not active any more. */
export function openOnUse<Served extends { close: () => Promise<void> }>(
  tenants: Pick<Tenants, 'named' | 'onChange'>,
  open: (tenant: HostedTenant) => Promise<Served>,
) {
  const opened = new LRUCache<string, Promise<Served>>({
    max: MAX_OPEN,
    ttl: IDLE_MS,
    ttlAutopurge: true,
    updateAgeOnGet: true,
    dispose: (served) => void close(served),
  });
  tenants.onChange(() => {
    for (const handle of [...opened.keys()]) if (tenants.named(handle)?.state !== 'active') opened.delete(handle);
  });
  return {
    /** One that cannot be opened is tried again by the next use. */
    of(tenant: HostedTenant): Promise<Served> {
      const { handle } = tenant;
      const known = opened.get(handle);
      if (known !== undefined) return known;
      const served = open(tenant);
      opened.set(handle, served);
      served.catch(() => {
        if (opened.peek(handle) === served) opened.delete(handle);
      });
      return served;
    },
    close: async (): Promise<void> => {
      const closing = [...opened.values()].map(close);
      opened.clear();
      await Promise.all(closing);
    },
  };
}

async function close(tenant: Promise<{ close: () => Promise<void> }>): Promise<void> {
  try {
    await (await tenant).close();
  } catch (error) {
    logger.debug({ reason: messageOf(error) }, 'a tenant that could not be opened was closed');
  }
}
