import { metrics } from '@opentelemetry/api';

const meter = metrics.getMeter('hookmint');

/** What the sandbox processes of an executor have, together. */
export type SandboxFigures = {
  processes: number;
  residentBytes: number;
  isolates: number;
  /** Of revisions that they keep, characters. */
  scriptCharacters: number;
};

export function observeSandboxes(figures: () => SandboxFigures): void {
  const gauges = {
    processes: meter.createObservableGauge('hookmint.sandbox.processes', {
      description: 'Sandbox processes',
      unit: '{process}',
    }),
    residentBytes: meter.createObservableGauge('hookmint.sandbox.memory', {
      description: 'Resident memory of sandbox processes',
      unit: 'By',
    }),
    isolates: meter.createObservableGauge('hookmint.sandbox.isolates', {
      description: 'Isolates that are kept for the next run of their hook',
      unit: '{isolate}',
    }),
    scriptCharacters: meter.createObservableGauge('hookmint.sandbox.scripts', {
      description: "Scripts of hooks' revisions that sandbox processes keep, a byte for each character",
      unit: 'By',
    }),
  };
  meter.addBatchObservableCallback((result) => {
    const now = figures();
    for (const [member, gauge] of Object.entries(gauges)) result.observe(gauge, now[member as keyof SandboxFigures]);
  }, Object.values(gauges));
  // A counter that begins with what happened first shows no increase by it.
  countInSandbox({ warm: 0, cold: 0, evicted: 0 });
}

const sandboxRuns = meter.createCounter('hookmint.sandbox.runs', {
  description: 'Runs by whether they found the isolate of their hook or had one made',
  unit: '{run}',
});

const evictions = meter.createCounter('hookmint.sandbox.evictions', {
  description:
    'Isolates that were given up: for room, for memory, because nothing used them, or since their one run was over',
  unit: '{isolate}',
});

/** What happened in a sandbox process since it told last. */
export function countInSandbox({ warm, cold, evicted }: { warm: number; cold: number; evicted: number }): void {
  sandboxRuns.add(warm, { 'hookmint.sandbox.start': 'warm' });
  sandboxRuns.add(cold, { 'hookmint.sandbox.start': 'cold' });
  evictions.add(evicted);
}

/** How long the oldest of the keys that sign has been signing. */
export function observeSigningSince(sinceMs: () => number): void {
  meter
    .createObservableGauge('hookmint.signer.key.in_use', {
      description: 'For how long the oldest of the keys that sign has been signing',
      unit: 's',
    })
    .addCallback((result) => result.observe((Date.now() - sinceMs()) / 1_000));
}

/** Of each certificate that is served, when it ends, milliseconds since the epoch. */
const certificateEnds = new Set<() => number>();
const certificateLeft = meter.createObservableGauge('hookmint.tls.certificate.left', {
  description: 'Time until the end of the certificate that is served, the first to end of several',
  unit: 's',
});
certificateLeft.addCallback((result) => {
  const ends = [...certificateEnds].map((endsMs) => endsMs());
  if (ends.length > 0) result.observe((Math.min(...ends) - Date.now()) / 1_000);
});

/** Tells how long a certificate is valid yet; less than 0: it is no more. @returns What ends it. */
export function observeCertificate(endsMs: () => number): () => void {
  certificateEnds.add(endsMs);
  return () => certificateEnds.delete(endsMs);
}
