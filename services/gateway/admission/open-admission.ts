import { nuid, type NatsConnection } from '@nats-io/transport-node';
import type { EventPublisher } from '../../../shared/bus/event-publisher.ts';
import { activeTraceId } from '../../../shared/telemetry/tracing.ts';
import type { readConfig } from '../config.ts';
import { createClientRate, type CheckClientRate } from './client-rate.ts';
import { createFailureLimit, type LimitFailures } from './failed-authentications.ts';
import { createCounts } from '../../../shared/quotas/counts.ts';
import { shareCounts } from './share-counts.ts';
import { createOverLimit } from './tell-over-limit.ts';
import { createTokenQuotas, type TokenQuotas } from './token-quotas.ts';

/** Limits on the requests of a client. A limit that is not set is absent, and costs nothing. */
export type RequestLimits = {
  quotas: TokenQuotas;
  clientRate: CheckClientRate | undefined;
  failures: LimitFailures | undefined;
};

/** Opens the limits of a gateway. `close` sends the last counts to the other gateways. */
export async function openRequestLimits(
  config: ReturnType<typeof readConfig>,
  bus: NatsConnection,
  tenant: string,
  events: EventPublisher,
): Promise<RequestLimits & { close: () => Promise<void> }> {
  const traced = (): { trace_id?: string } => {
    const trace_id = activeTraceId();
    return trace_id === undefined ? {} : { trace_id };
  };
  const over = createOverLimit((finding) => {
    events.publish({ type: 'limit.exceeded', id: nuid.next(), time_ms: Date.now(), ...traced(), ...finding });
  });
  const enforce = config.HOOKMINT_RATE_LIMIT_MODE === 'enforce';
  const perSecond = config.HOOKMINT_CLIENT_RATE_PER_SECOND;
  const perMinute = config.HOOKMINT_FAILED_AUTHENTICATIONS_PER_MINUTE;

  const counts = createCounts(nuid.next());
  const shared = await shareCounts(bus, tenant, counts);
  return {
    quotas: createTokenQuotas(counts, (warning) => events.publish({ ...warning, ...traced() })),
    clientRate:
      perSecond === undefined
        ? undefined
        : createClientRate({ perSecond, burst: config.HOOKMINT_CLIENT_RATE_BURST ?? perSecond, enforce }, over),
    failures: perMinute === 0 ? undefined : createFailureLimit({ perMinute, enforce }, over),
    close: shared.close,
  };
}
