import '../../shared/telemetry/register.ts';
import { serveBatches } from '../../shared/bus/batch-responder.ts';
import { connectBus } from '../../shared/bus/connect.ts';
import { serveHealth, watchBus } from '../../shared/health.ts';
import { runService } from '../../shared/lifecycle.ts';
import { logger } from '../../shared/log.ts';
import { chooseWall } from '../../shared/process-wall/wall.ts';
import { HOOK_DRY_RUN_QUEUE, HookDryRun, hookDryRunSubject } from '../../shared/subjects/hook-dry-run.ts';
import { HOOK_REHEARSAL_QUEUE, HookRehearsal, hookRehearsalSubject } from '../../shared/subjects/hook-rehearsal.ts';
import { TokenRequested, TOKEN_REQUESTED_QUEUE, tokenRequestedSubject } from '../../shared/subjects/token-requested.ts';
import { observeQueueDepth, observeWall } from '../../shared/telemetry/metrics.ts';
import { observeSandboxes } from '../../shared/telemetry/process-metrics.ts';
import { tenantKeys } from '../../shared/tenants/tenant-keys.ts';
import { readConfig } from './config.ts';
import { createDryRunHandlers, createDryRunMemory } from './handle-dry-run.ts';
import { createTokenRequestedHandler } from './handle-token-requested.ts';
import { brokerOf, createEgressBroker } from './egress/broker.ts';
import { createRevisionMemory } from './revisions.ts';
import { openSandboxPool } from './sandbox-pool.ts';
import { startSandboxProcess } from './sandbox-process.ts';
import { holdersOf, keptByTenant, namesOf, type ExecutingTenant } from './tenants.ts';

/** Dry runs at a time, of one tenant eight: they are people's, and token requests come first. */
const MAX_DRY_RUNS_IN_FLIGHT = 10;
/** The same of rehearsals and shadows. */
const MAX_REHEARSED_IN_FLIGHT = 8;

/** In the place of a tenant's name, in a subject that is subscribed to. */
const EVERY_TENANT = '*';

runService('hook-executor', async (endLater) => {
  const config = readConfig();
  const own = config.HOOKMINT_TENANT;

  const health = await serveHealth(config.HOOKMINT_HEALTH_PORT);
  endLater('the health checks', health.close);
  const wall = await chooseWall(config.HOOKMINT_SANDBOX_WALL);
  logger.info({ wall: wall.name, reasons: wall.reasons }, `the wall around sandbox processes: ${wall.name}`);
  observeWall(wall.name);
  const pool = await openSandboxPool(
    config.HOOKMINT_SANDBOX_PROCESSES,
    () => startSandboxProcess(undefined, wall),
    config.HOOKMINT_SANDBOX_OWN_PROCESSES,
    undefined,
    config.HOOKMINT_SANDBOX_TENANT_PROCESSES,
  );
  endLater('the sandbox processes', pool.close);
  observeSandboxes(pool.figures);
  const broker = createEgressBroker(config.HOOKMINT_EGRESS_ALLOWED_ADDRESSES);
  // What the operator opens to its own hooks is not opened to those of others.
  const hostedBroker = createEgressBroker([]);
  const bus = await connectBus('hook-executor', config);
  endLater('the bus', () => bus.drain());

  const memory = createRevisionMemory((name) => pool.unload(name));
  const memoryOfDryRuns = createDryRunMemory();
  const handlersOf = keptByTenant(own, (tenant) => {
    const shared = {
      tenant,
      pool,
      broker: tenant.isHosted ? brokerOf(hostedBroker, namesOf(tenant)) : broker,
      secretsKey: secretsKeyOf(tenant, config.HOOKMINT_HOOK_SECRETS_KEY),
    };
    return {
      requested: createTokenRequestedHandler({ ...shared, connection: bus, memory }),
      ...createDryRunHandlers({ ...shared, memory: memoryOfDryRuns }),
    };
  });

  const requests = serveBatches({
    connection: bus,
    subject: tokenRequestedSubject(own),
    pattern: tokenRequestedSubject(EVERY_TENANT),
    queue: TOKEN_REQUESTED_QUEUE,
    schema: TokenRequested,
    maxInFlight: config.HOOKMINT_EXECUTOR_MAX_IN_FLIGHT,
    // Not by the hook's id: a new revision that fixes a hook must find free places beside the old one's runs.
    holderOf: ({ hook }, subject) => holdersOf(own, subject, hook.revision),
    handle: (event, deadlineMs, subject) => handlersOf(subject).requested(event, deadlineMs),
  });
  observeQueueDepth(requests.inFlight);
  endLater('hook runs under way', requests.drain);

  const dryRuns = serveBatches({
    connection: bus,
    subject: hookDryRunSubject(own),
    pattern: hookDryRunSubject(EVERY_TENANT),
    queue: HOOK_DRY_RUN_QUEUE,
    schema: HookDryRun,
    maxInFlight: MAX_DRY_RUNS_IN_FLIGHT,
    // None takes all places.
    holderOf: (_event, subject) => subject,
    handle: (event, deadlineMs, subject) => handlersOf(subject).once(event, deadlineMs),
  });
  endLater('dry runs under way', dryRuns.drain);
  const rehearsals = serveBatches({
    connection: bus,
    subject: hookRehearsalSubject(own),
    pattern: hookRehearsalSubject(EVERY_TENANT),
    queue: HOOK_REHEARSAL_QUEUE,
    schema: HookRehearsal,
    maxInFlight: MAX_REHEARSED_IN_FLIGHT,
    holderOf: ({ rehearsal }, subject) => holdersOf(own, subject, rehearsal),
    handle: (event, deadlineMs, subject) => handlersOf(subject).rehearsed(event, deadlineMs),
  });
  endLater('rehearsals under way', rehearsals.drain);

  health.readyUnless(watchBus(bus), { sandbox_wall: wall.name });
  endLater('being ready', health.stopping);
});

function secretsKeyOf({ name, isHosted }: ExecutingTenant, key: Buffer | undefined): Buffer | undefined {
  return key === undefined ? undefined : tenantKeys(isHosted ? name : undefined).of(key);
}
