import '../../shared/telemetry/register.ts';
import { connectBus } from '../../shared/bus/connect.ts';
import { eventsProofKey } from '../../shared/bus/events-proof.ts';
import { eventsApi } from '../../shared/bus/streams/events.ts';
import { connectToExecutors } from '../../shared/bus/untrusted-connection.ts';
import { watchClock } from '../../shared/clock-watch.ts';
import type { HostedTenant } from '../../shared/domain/hosted-tenant.ts';
import { watchBus } from '../../shared/health.ts';
import { fixedHeaders } from '../../shared/http/security-headers.ts';
import { connectionLimitsOf, listen } from '../../shared/http/server.ts';
import { tlsFilesOf } from '../../shared/http/tls-files.ts';
import { runService } from '../../shared/lifecycle.ts';
import { logger } from '../../shared/log.ts';
import { connectStore } from '../../shared/store/connect.ts';
import { observeBuilderWall } from '../../shared/telemetry/metrics.ts';
import { tenantsIn } from '../../shared/store/tenants.ts';
import { openOnUse } from '../../shared/tenants/open-on-use.ts';
import { watchTenants } from '../../shared/tenants/watch-tenants.ts';
import { ApiError } from './api/api-error.ts';
import { readConfig } from './config.ts';
import { openHookBuilder } from './hook-builder/hook-builder.ts';
import { makeTenants } from './hosting/make-tenants.ts';
import { prepareOperatorAccess } from './hosting/operator-access.ts';
import { keepLogs } from './logs/keep-logs.ts';
import { LogNotes } from './logs/log-notes.ts';
import { openTenant, type ManagedTenant, type ManagementProcess } from './open-tenant.ts';
import { keysOf, prepareAccess, prepareStore } from './prepare-tenant.ts';
import { serveTenants } from './serve-tenants.ts';

const SERVICE = 'management';

runService(SERVICE, async (endLater) => {
  const config = readConfig();
  const tenant = config.HOOKMINT_TENANT;
  const issuer = config.HOOKMINT_ISSUER;
  const isHosting = config.HOOKMINT_OPERATOR_API === 'on';

  const hookBuilder = await openHookBuilder(config);
  endLater('the hook-builder', hookBuilder.close);
  observeBuilderWall(hookBuilder.wall);
  await prepareStore(config, tenant);
  const clock = watchClock();
  const store = await connectStore(SERVICE, config, tenant, { heardTime: clock.heard });
  endLater('the store', store.close);
  const bus = await connectBus(SERVICE, config);
  endLater('the bus', () => bus.drain());
  const busMissing = watchBus(bus);
  const executorsBus = await connectToExecutors(SERVICE, config);
  endLater('the bus of the executors', () => executorsBus.connection.drain());

  const shared: ManagementProcess = { config, bus, executorsBus, clock, hookBuilder };
  const told = { missing: () => [...busMissing(), ...clock.missing()], warnings: () => logs.warnings() };
  const firstClient = {
    clientId: config.HOOKMINT_BOOTSTRAP_CLIENT_ID,
    clientSecret: config.HOOKMINT_BOOTSTRAP_CLIENT_SECRET,
  };
  const keys = keysOf(config, { tenant, isOwn: true });
  await prepareAccess(store.db, { issuer, ...keys, firstClient }, tellFirstClient);
  if (isHosting) {
    await tenantsIn(store.db).createIndexes();
    await prepareOperatorAccess(store.db, issuer);
  }
  const own = await openTenant(shared, {
    ...told,
    tenant,
    issuer,
    db: store.db,
    isOwn: true,
    hosting: isHosting ? makeTenants({ config, store, bus }) : undefined,
  });
  endLater("the deployment's own tenant", own.close);

  const tenants = await watchTenants(store.db, bus, tenant);
  endLater('the watch over the tenants', tenants.close);
  const prepared = new Set<string>();
  const hosted = openOnUse(tenants, async ({ handle, issuer }: HostedTenant): Promise<ManagedTenant> => {
    // Once in a process's life: documents of this version's shapes stay so.
    if (!prepared.has(handle)) await prepareStore(config, handle);
    prepared.add(handle);
    return openTenant(shared, { ...told, tenant: handle, issuer, db: store.of(handle), isOwn: false });
  });
  endLater('the hosted tenants', hosted.close);

  const logs = keepLogs({
    bus,
    api: eventsApi(config),
    own: own.logs,
    mayAdd: own.mayAddLogs,
    of: async (handle) => {
      if (handle === tenant) return own.logs;
      const known = await tenants.known(handle);
      if (known === undefined || known.state === 'deleting') return undefined;
      // One that is suspended is not opened for what is still on its way of before.
      if (known.state === 'active') return (await hosted.of(known)).logs;
      return { db: store.of(handle), hostname: new URL(known.issuer).hostname, notes: new LogNotes() };
    },
    keyOf: (handle) => eventsProofKey(keysOf(config, { tenant: handle, isOwn: handle === tenant }).clientSecretKey),
  });
  endLater('the logs', logs.close);

  const server = await listen(serveTenants(own.app, tenants, hosted), {
    host: config.HOOKMINT_HTTP_HOST,
    port: config.HOOKMINT_HTTP_PORT,
    tls: tlsFilesOf(config),
    drainMs: config.HOOKMINT_HTTP_DRAIN_MS,
    connections: connectionLimitsOf(config),
    headers: fixedHeaders(issuer),
    errorBody: (status, description) => new ApiError(status, 'invalid_request', description),
  });
  endLater('requests under way', server.close);
  logger.info({ port: server.port }, 'listening');
});

/** Not a log line: logs are kept, and this is shown once. */
function tellFirstClient(clientId: string, secret: string): void {
  process.stdout.write(`The first client of the Management API, shown this once: ${clientId} ${secret}\n`);
}
