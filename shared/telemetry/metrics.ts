import { metrics } from '@opentelemetry/api';

const meter = metrics.getMeter('hookmint');

/** Token requests, by `hookmint.outcome` (issued, denied, failed) and, unless issued, `error.type` (the OAuth error code). */
export const tokenRequests = meter.createCounter('hookmint.token.requests', {
  description: 'Token requests by outcome',
  unit: '{request}',
});

/** Events that were not published because the bus took none for too long. */
export const eventsDropped = meter.createCounter('hookmint.events.dropped', {
  description: 'Audit events lost because the bus did not take them in time',
  unit: '{event}',
});

/** Duration of hook runs, by `hookmint.hook.name` and `hookmint.hook.outcome`. */
export const hookDuration = meter.createHistogram('hookmint.hook.duration', {
  description: 'Time from the start of a hook run to its outcome',
  unit: 's',
  advice: {
    explicitBucketBoundaries: [
      0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20,
    ],
  },
});

/** Duration of the HTTP server's requests (semantic conventions for HTTP metrics). */
export const httpServerRequestDuration = meter.createHistogram('http.server.request.duration', {
  description: 'Duration of HTTP server requests',
  unit: 's',
  advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] },
});

/** Reports the executor's queue depth: requests taken from the bus and not yet answered. What executors are scaled by. */
export function observeQueueDepth(depth: () => number): void {
  meter
    .createObservableGauge('hookmint.hook_executor.queue.depth', {
      description: 'Hook runs taken from the bus and not yet answered',
      unit: '{run}',
    })
    .addCallback((result) => result.observe(depth()));
}
