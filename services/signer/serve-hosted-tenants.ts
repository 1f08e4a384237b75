import type { HostedTenant } from '../../shared/domain/hosted-tenant.ts';
import { messageOf } from '../../shared/errors.ts';
import { logger } from '../../shared/log.ts';
import type { Tenants } from '../../shared/tenants/watch-tenants.ts';

type Served = { tenant: HostedTenant; close: () => Promise<void> };

/** Serves the tenants that are active, each for as long as it is what it was when it began to be served. */
export function serveHostedTenants(
  tenants: Pick<Tenants, 'all' | 'onChange'>,
  serve: (tenant: HostedTenant) => { close: () => Promise<void> },
): { close: () => Promise<void> } {
  const served = new Map<string, Served>();

  async function end({ tenant, close }: Served): Promise<void> {
    served.delete(tenant.name);
    await close().catch((error: unknown) =>
      logger.warn({ tenant: tenant.name, reason: messageOf(error) }, 'a tenant did not end cleanly'),
    );
  }

  function follow(): void {
    const active = new Map(tenants.all().flatMap((one) => (one.state === 'active' ? [[one.name, one]] : [])));
    for (const one of [...served.values()])
      if (active.get(one.tenant.name)?.issuer !== one.tenant.issuer) void end(one);
    for (const [name, tenant] of active) {
      if (!served.has(name)) served.set(name, { tenant, close: serve(tenant).close });
    }
  }
  tenants.onChange(follow);
  follow();
  return {
    close: async () => {
      await Promise.all([...served.values()].map(end));
    },
  };
}
