import type { HostedTenant } from '../../shared/domain/hosted-tenant.ts';
import { messageOf } from '../../shared/errors.ts';
import { logger } from '../../shared/log.ts';
import type { Tenants } from '../../shared/tenants/watch-tenants.ts';

type Served = { close: () => Promise<void> };

/** Serves the tenants that are active, each for as long as it is. */
export function serveHostedTenants(
  tenants: Pick<Tenants, 'all' | 'onChange'>,
  serve: (tenant: HostedTenant) => Served,
): Served {
  const served = new Map<string, Served>();

  async function end(handle: string): Promise<void> {
    const one = served.get(handle);
    served.delete(handle);
    await one
      ?.close()
      .catch((error: unknown) =>
        logger.warn({ tenant: handle, reason: messageOf(error) }, 'a tenant did not end cleanly'),
      );
  }

  function follow(): void {
    const active = new Set<string>();
    for (const tenant of tenants.all()) {
      if (tenant.state !== 'active') continue;
      active.add(tenant.handle);
      if (!served.has(tenant.handle)) served.set(tenant.handle, serve(tenant));
    }
    for (const handle of [...served.keys()]) if (!active.has(handle)) void end(handle);
  }
  tenants.onChange(follow);
  follow();
  return {
    close: async () => {
      await Promise.all([...served.keys()].map(end));
    },
  };
}
