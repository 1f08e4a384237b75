import '../../shared/telemetry/register.ts';
import { serveBatches } from '../../shared/bus/batch-responder.ts';
import { connectBus } from '../../shared/bus/connect.ts';
import { runService } from '../../shared/lifecycle.ts';
import { TokenRequested, TOKEN_REQUESTED_QUEUE, tokenRequestedSubject } from '../../shared/subjects/token-requested.ts';
import { observeQueueDepth } from '../../shared/telemetry/metrics.ts';
import { readConfig } from './config.ts';
import { createTokenRequestedHandler } from './handler.ts';
import { openSandboxPool } from './sandbox-pool.ts';

runService('hook-executor', async (endLater) => {
  const config = readConfig();
  const tenant = config.HOOKMINT_TENANT;

  const pool = await openSandboxPool(config.HOOKMINT_SANDBOX_PROCESSES);
  endLater('the sandbox processes', pool.close);
  const bus = await connectBus('hook-executor', config);
  endLater('the bus', () => bus.drain());

  const requests = serveBatches({
    connection: bus,
    subject: tokenRequestedSubject(tenant),
    queue: TOKEN_REQUESTED_QUEUE,
    schema: TokenRequested,
    maxInFlight: config.HOOKMINT_EXECUTOR_MAX_IN_FLIGHT,
    handle: createTokenRequestedHandler({
      connection: bus,
      tenant,
      pool,
      secretsKey: config.HOOKMINT_HOOK_SECRETS_KEY,
    }),
  });
  observeQueueDepth(requests.inFlight);
  endLater('hook runs under way', requests.drain);
});
