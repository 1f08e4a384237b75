import '../../shared/telemetry/register.ts';
import { connectBus } from '../../shared/bus/connect.ts';
import { watchServed } from '../../shared/bus/watch-served.ts';
import { connectToExecutors } from '../../shared/bus/untrusted-connection.ts';
import { watchClock } from '../../shared/clock-watch.ts';
import { fixedHeaders } from '../../shared/http/security-headers.ts';
import { connectionLimitsOf, listen } from '../../shared/http/server.ts';
import { tlsFilesOf } from '../../shared/http/tls-files.ts';
import { watchBus } from '../../shared/health.ts';
import { runService } from '../../shared/lifecycle.ts';
import { logger } from '../../shared/log.ts';
import { connectStore } from '../../shared/store/connect.ts';
import { observeConfigurationAge } from '../../shared/telemetry/metrics.ts';
import { openOnUse } from '../../shared/tenants/open-on-use.ts';
import { watchTenants, type Tenants } from '../../shared/tenants/watch-tenants.ts';
import { createPlaces } from './admission/in-flight.ts';
import { readConfig } from './config.ts';
import { mutualTlsOf } from './client-certificate/mutual-tls.ts';
import { openTenant, type GatewayProcess, type ServedTenant } from './open-tenant.ts';
import { managementProxy } from './routes/management.ts';
import { serveTenants } from './serve-tenants.ts';

const SERVICE = 'gateway';

/** Of the question whether any signer is there. */
const PROBE_DEADLINE_MS = 2_000;

runService(SERVICE, async (endLater) => {
  const config = readConfig();
  const tenant = config.HOOKMINT_TENANT;
  const mutualTls = mutualTlsOf(config);

  const clock = watchClock();
  const store = await connectStore(SERVICE, config, tenant, { heardTime: clock.heard });
  endLater('the store', store.close);
  const bus = await connectBus(SERVICE, config);
  endLater('the bus', () => bus.drain());
  const busMissing = watchBus(bus);
  const executorsBus = await connectToExecutors(SERVICE, config);
  endLater('the bus of the executors', () => executorsBus.connection.drain());

  const executorsWatch = watchServed(executorsBus.connection);
  const signersWatch = watchServed(
    bus,
    () => void own?.keySigners.request({}, Date.now() + PROBE_DEADLINE_MS).catch(() => undefined),
  );
  endLater('the watch over who serves', () => {
    for (const watch of [executorsWatch, signersWatch]) watch.close();
  });

  const shared: GatewayProcess = {
    service: SERVICE,
    config,
    bus,
    executorsBus,
    executorsWatch,
    signersWatch,
    clock,
    mutualTls,
    tenantsChanged: () => tenants?.hear(),
    places: {
      token: createPlaces(config.HOOKMINT_MAX_REQUESTS_IN_FLIGHT, 'in_flight'),
      status: createPlaces(config.HOOKMINT_MAX_REQUESTS_IN_FLIGHT, 'in_flight'),
    },
    management:
      config.HOOKMINT_MANAGEMENT_URL === undefined ? undefined : managementProxy(config.HOOKMINT_MANAGEMENT_URL),
    missing: () => [...busMissing(), ...clock.missing(), ...(signersWatch.isDoubted() ? ['no signer answers'] : [])],
  };
  let own: ServedTenant | undefined = undefined;
  let tenants: Tenants | undefined = undefined;
  const ownTenant = await openTenant(shared, { tenant, issuer: config.HOOKMINT_ISSUER, db: store.db, isOwn: true });
  own = ownTenant;
  endLater("the deployment's own tenant", ownTenant.close);
  observeConfigurationAge(ownTenant.configuration.ageMs);

  tenants = await watchTenants(store.db, bus, tenant);
  endLater('the watch over the tenants', tenants.close);
  const hosted = openOnUse(tenants, ({ handle, issuer }) =>
    openTenant(shared, { tenant: handle, issuer, db: store.of(handle), isOwn: false }),
  );
  endLater('the hosted tenants', hosted.close);
  const listener = serveTenants(ownTenant.listener, tenants, hosted);

  const serving = {
    host: config.HOOKMINT_HTTP_HOST,
    drainMs: config.HOOKMINT_HTTP_DRAIN_MS,
    connections: connectionLimitsOf(config),
    headers: fixedHeaders(config.HOOKMINT_ISSUER),
    errorBody: (_status: number, description: string) => ({ error: 'invalid_request', error_description: description }),
  };
  const { port, tls } = mutualTls;
  const servers = await Promise.all([
    listen(listener, { ...serving, port: config.HOOKMINT_HTTP_PORT, tls: tlsFilesOf(config) }),
    ...(port === undefined ? [] : [listen(listener, { ...serving, port, tls })]),
  ]);
  endLater('requests under way', () => Promise.all(servers.map(({ close }) => close())));
  logger.info({ port: servers[0].port, mtls_port: servers[1]?.port }, 'listening');
});
