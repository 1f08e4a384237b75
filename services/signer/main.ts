import '../../shared/telemetry/register.ts';
import { connectBus } from '../../shared/bus/connect.ts';
import { watchClock } from '../../shared/clock-watch.ts';
import { serveHealth, watchBus } from '../../shared/health.ts';
import { runService } from '../../shared/lifecycle.ts';
import { connectStore } from '../../shared/store/connect.ts';
import { observeKeysAge } from '../../shared/telemetry/metrics.ts';
import { observeSigningSince } from '../../shared/telemetry/process-metrics.ts';
import { watchTenants } from '../../shared/tenants/watch-tenants.ts';
import { readConfig } from './config.ts';
import type { KeyState } from './key-watch.ts';
import { serveHostedTenants } from './serve-hosted-tenants.ts';
import { serveTenant, type SignerProcess } from './serve-tenant.ts';

runService('signer', async (endLater) => {
  const config = readConfig();
  const tenant = config.HOOKMINT_TENANT;

  const health = await serveHealth(config.HOOKMINT_HEALTH_PORT);
  endLater('the health checks', health.close);
  const clock = watchClock();
  const store = await connectStore('signer', config, tenant, { heardTime: clock.heard });
  endLater('the store', store.close);
  const bus = await connectBus('signer', config);
  endLater('the bus', () => bus.drain());

  const shared: SignerProcess = { config, bus, clock };
  const own = serveTenant(shared, { tenant, issuer: config.HOOKMINT_ISSUER, db: store.db, isOwn: true });
  endLater('requests under way', own.close);
  const { ring, watch } = await own.open();
  observeKeysAge(ring.ageMs);
  observeSigningSince(ring.signingSinceMs);

  const tenants = await watchTenants(store.db, bus, tenant);
  endLater('the watch over the tenants', tenants.close);
  const hosted = serveHostedTenants(tenants, ({ handle, issuer }) =>
    serveTenant(shared, { tenant: handle, issuer, db: store.of(handle), isOwn: false }),
  );
  endLater('requests of hosted tenants under way', hosted.close);

  const busMissing = watchBus(bus);
  health.readyUnless(() => [
    ...busMissing(),
    ...clock.missing(),
    ...(ring.publicKeys().length === 0 ? ['there is no signing key'] : []),
    ...missingOf(watch.state()),
  ]);
  endLater('being ready', health.stopping);
});

function missingOf(state: KeyState): string[] {
  if (state === 'behind') return ['there are newer signing keys, which cannot be read'];
  return state === 'old' ? ['the signing keys could not be read for too long'] : [];
}
