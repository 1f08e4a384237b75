import { metrics, type Attributes } from '@opentelemetry/api';

const meter = metrics.getMeter('hookmint');

/** Token requests, by `hookmint.outcome` (issued, denied, failed) and, unless issued, `error.type` (the OAuth error code). */
export const tokenRequests = meter.createCounter('hookmint.token.requests', {
  description: 'Token requests by outcome',
  unit: '{request}',
});

/**
 * Token requests over a quota or limit, by `hookmint.limit` (quota_per_hour, quota_per_day, client_rate, failed_authentications,
 * in_flight) and `hookmint.limit.enforced`: whether they were refused, or only noted.
 */
export const requestsLimited = meter.createCounter('hookmint.requests.limited', {
  description: 'Token requests over a quota or limit',
  unit: '{request}',
});

/** Events that were not published because the bus took none for too long. */
export const eventsDropped = meter.createCounter('hookmint.events.dropped', {
  description: 'Audit events lost because the bus did not take them in time',
  unit: '{event}',
});

/** Messages of audit events that were gone, or skipped, before management had read them. */
export const eventsMissing = meter.createCounter('hookmint.events.missing', {
  description: 'Messages of audit events that were removed before they became logs',
  unit: '{message}',
});

/** Messages of events in the stream that are no logs yet, as of the last that was read. */
export function observeUnreadEvents(messages: () => number): void {
  meter
    .createObservableGauge('hookmint.events.unread', {
      description: 'Messages of audit events that are no logs yet',
      unit: '{message}',
    })
    .addCallback((result) => result.observe(messages()));
}

/** How often logs were let go before their time, because they took more than they may. */
export const logsShortened = meter.createCounter('hookmint.logs.shortened', {
  description: 'Times that logs went before their time, because of their size',
  unit: '{time}',
});

/** Bytes that the logs and their indexes have in use in the store; nothing while they are not known. */
export function observeLogsSize(bytes: () => number | undefined): void {
  meter
    .createObservableGauge('hookmint.logs.size', { description: 'Bytes of the logs in the store', unit: 'By' })
    .addCallback((result) => {
      const now = bytes();
      if (now !== undefined) result.observe(now);
    });
}

/** Bytes that are free on the disk of the store, and its size; nothing while they are not known. */
export function observeStoreDisk(disk: () => { totalBytes: number; freeBytes: number } | undefined): void {
  const options = { description: "The store's disk", unit: 'By' };
  const gauges = {
    freeBytes: meter.createObservableGauge('hookmint.store.disk.free', options),
    totalBytes: meter.createObservableGauge('hookmint.store.disk.size', options),
  };
  meter.addBatchObservableCallback((result) => {
    const now = disk();
    if (now === undefined) return;
    result.observe(gauges.freeBytes, now.freeBytes);
    result.observe(gauges.totalBytes, now.totalBytes);
  }, Object.values(gauges));
}

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

/** Duration of requests to webhooks' endpoints (semantic conventions for HTTP metrics). */
export const httpClientRequestDuration = meter.createHistogram('http.client.request.duration', {
  description: 'Duration of HTTP client requests',
  unit: 's',
  advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] },
});

/** Times that the endpoint of a webhook was no longer asked, or was again, by `hookmint.hook.name` and `hookmint.webhook.circuit` (open, closed). */
export const webhookCircuits = meter.createCounter('hookmint.webhook.circuit.changes', {
  description: 'Times that the circuit of a webhook opened or closed',
  unit: '{change}',
});

/** Gradual deployments that returned by themselves, by `hookmint.hook.breach`: the bound that was crossed (errors, denials, dropped, p99). */
export const hookReturns = meter.createCounter('hookmint.hook.returns', {
  description: 'Gradual deployments of hooks that crossed a bound and returned',
  unit: '{return}',
});

/** Requests that were to be recorded, by `hookmint.recording.outcome`: sent to management, or dropped, as what is too much at a time is. */
export const hookRecordings = meter.createCounter('hookmint.hook.recordings', {
  description: 'Requests that were to be recorded for rehearsals of hooks',
  unit: '{request}',
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

/** Reports 1 for the wall that stands around the executor's sandbox processes, by `hookmint.sandbox.wall` (bubblewrap, seccomp, none). */
export function observeWall(name: string): void {
  meter
    .createObservableGauge('hookmint.sandbox.wall', {
      description: 'The wall around sandbox processes',
      unit: '{wall}',
    })
    .addCallback((result) => result.observe(1, { 'hookmint.sandbox.wall': name }));
}

/** The same for the wall around processes that build hooks, by `hookmint.builder.wall`; `unknown` while the hook-builder does not tell. */
export function observeBuilderWall(name: () => string): void {
  meter
    .createObservableGauge('hookmint.builder.wall', {
      description: 'The wall around processes that build hooks',
      unit: '{wall}',
    })
    .addCallback((result) => result.observe(1, { 'hookmint.builder.wall': name() }));
}

/** Reports the time since the signer has read the keys that it signs with. */
export function observeKeysAge(ageMs: () => number): void {
  meter
    .createObservableGauge('hookmint.signer.keys.age', {
      description: 'Time since the signing keys were read from the store',
      unit: 's',
    })
    .addCallback((result) => result.observe(ageMs() / 1000));
}

/** Reports the age of the oldest configuration that the gateway has used within the last minute or half of it. */
export function observeConfigurationAge(ageMs: () => number): void {
  meter
    .createObservableGauge('hookmint.gateway.configuration.age', {
      description: 'Time since the oldest configuration in use was read from the store',
      unit: 's',
    })
    .addCallback((result) => result.observe(ageMs() / 1000));
}

/** Reports by how much this service's clock is ahead of the others', less than 0: behind; nothing while it has heard of none. */
export function observeClockSkew(skewMs: () => number | undefined): void {
  meter
    .createObservableGauge('hookmint.clock.skew', {
      description: 'By how much the clock of the service is ahead of those of the others',
      unit: 's',
    })
    .addCallback((result) => {
      const now = skewMs();
      if (now !== undefined) result.observe(now / 1000);
    });
}

/** Requests on the bus that were never worked on, by `messaging.destination.name` and `error.type`, the reason. */
const requestsRefused = meter.createCounter('hookmint.bus.requests.refused', {
  description: 'Requests on the bus that were refused or dropped before work on them began',
  unit: '{request}',
});

/** Replies on the bus without the proof that they must have, by `messaging.destination.name`, the subject that was asked. */
export const repliesRefused = meter.createCounter('hookmint.bus.replies.refused', {
  description: 'Replies on the bus without a valid proof of their sender',
  unit: '{message}',
});

/** Finer than the conventions advise: the hop over the bus takes a millisecond or less. */
const BUS_BUCKETS_S = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20,
];

/** Semantic conventions for messaging metrics; `error.type` tells those that failed. */
const messagingDuration = {
  send: meter.createHistogram('messaging.client.operation.duration', {
    description: 'Time from a request on the bus to its reply',
    unit: 's',
    advice: { explicitBucketBoundaries: BUS_BUCKETS_S },
  }),
  process: meter.createHistogram('messaging.process.duration', {
    description: 'Time to answer a request from the bus',
    unit: 's',
    advice: { explicitBucketBoundaries: BUS_BUCKETS_S },
  }),
};

const REFUSALS = [
  'overloaded',
  'expired',
  'invalid_event',
  'invalid_reply_subject',
  'too_large',
  'proof_missing',
  'proof_wrong',
  'proof_foreign',
  'proof_stale',
  'proof_replayed',
] as const;

export type BusMeasure = {
  /**
   * @param startedMs Of `performance.now()`.
   * @param errorType Code of what went wrong, one of a closed set: it becomes a label. `undefined`: nothing did.
   */
  ended: (startedMs: number, errorType?: string) => void;
  /** Nothing was worked on. */
  refused: (reason: (typeof REFUSALS)[number]) => void;
};

/** Measures what one side of a subject does. Attributes are made once: thousands of requests a second come by here. */
export function measureBus(subject: string, operation: 'send' | 'process'): BusMeasure {
  const histogram = messagingDuration[operation];
  const attributes: Attributes = {
    'messaging.system': 'nats',
    'messaging.destination.name': subject,
    'messaging.operation.name': operation,
  };
  const ofFailure = new Map<string, Attributes>();
  const failed = (errorType: string): Attributes => {
    let known = ofFailure.get(errorType);
    if (known === undefined) ofFailure.set(errorType, (known = { ...attributes, 'error.type': errorType }));
    return known;
  };
  const ofRefusal = (reason: string): Attributes => ({ 'messaging.destination.name': subject, 'error.type': reason });
  // A series that begins with its first refusal shows no increase by it.
  if (operation === 'process') for (const reason of REFUSALS) requestsRefused.add(0, ofRefusal(reason));
  return {
    ended: (startedMs, errorType) =>
      histogram.record(
        (performance.now() - startedMs) / 1000,
        errorType === undefined ? attributes : failed(errorType),
      ),
    refused: (reason) => requestsRefused.add(1, ofRefusal(reason)),
  };
}
