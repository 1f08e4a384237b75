import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startStack } from '../support/stack.ts';
import { startCpuClock } from './cpu.ts';
import type { Bench, Leg } from './leg.ts';
import { verifyToken } from './verify-token.ts';
import type { System } from './systems.ts';
import { formatNumber, formatSpread, table } from './table.ts';
import { pairwise, spread } from './stats.ts';
import { connections } from './throughput.ts';

/** What of telemetry is on, as an operator sets it. */
const modes = {
  off: {},
  prometheus: { OTEL_METRICS_EXPORTER: 'prometheus', OTEL_EXPORTER_PROMETHEUS_PORT: '0' },
  one_percent: { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' },
  all: {},
} satisfies Record<string, Record<string, string>>;
type Mode = keyof typeof modes;

const names: Record<Mode, string> = {
  off: 'off',
  prometheus: 'metrics at /metrics, scraped each second',
  one_percent: 'metrics and 1 % of traces by OTLP',
  all: 'metrics and all traces by OTLP',
};

const services = ['gateway', 'hook-executor', 'signer'] as const;
const SCRAPE_INTERVAL_MS = 1_000;
const TOKEN_SPAN = Buffer.from('POST /oauth/token');

export type TelemetryReport = { legs: Record<Mode, Leg[]>; tracesPerToken: Record<'one_percent' | 'all', number> };

/**
 * CPU that telemetry costs a token: one stack for each way to have it, all up at once, loaded in turn. CPU of the services' processes
 * counts, not that of the collector, which stands in for yours and throws away what it is sent.
 */
export async function measureTelemetry(bench: Bench): Promise<TelemetryReport> {
  await using cleanup = new AsyncDisposableStack();
  const collectors = { one_percent: await startCollector(), all: await startCollector() };
  for (const collector of Object.values(collectors)) cleanup.defer(collector.close);
  const systems = {} as Record<Mode, System>;
  for (const mode of Object.keys(modes) as Mode[]) {
    bench.progress(`starting hookmint, telemetry: ${names[mode]}`);
    const endpoint = mode === 'one_percent' || mode === 'all' ? collectors[mode].url : '';
    const stack = await startStack({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...modes[mode] } });
    cleanup.defer(() => stack.stop());
    if (mode === 'prometheus') cleanup.defer(scrape(stack.output()));
    const { clientId: client_id, clientSecret: client_secret, audience, url } = stack;
    systems[mode] = {
      name: names[mode],
      signingAlg: 'RS256',
      hooked: true,
      tokenUrl: `${url}/oauth/token`,
      jwksUrl: `${url}/.well-known/jwks.json`,
      audience,
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret, audience }).toString(),
      rootPids: [stack.pid],
    };
    await verifyToken(systems[mode], bench.signal);
  }
  const { warmUp, legs } = await loadInTurn(bench, systems);
  await new Promise((resolve) => setTimeout(resolve, LAST_EXPORT_MS));
  const tracesPerToken = (mode: 'one_percent' | 'all'): number =>
    collectors[mode].traces() / (warmUp[mode] + legs[mode].reduce((sum, { tokens }) => sum + tokens, 0));
  return { legs, tracesPerToken: { one_percent: tracesPerToken('one_percent'), all: tracesPerToken('all') } };
}

/** @returns The legs, and the tokens of each system's warm-up. */
async function loadInTurn({ options, generator, signal, progress }: Bench, systems: Record<Mode, System>) {
  const legs: Record<Mode, Leg[]> = { off: [], prometheus: [], one_percent: [], all: [] };
  const warmUp: Record<Mode, number> = { off: 0, prometheus: 0, one_percent: 0, all: 0 };
  for (let round = 0; round <= options.rounds; round++) {
    for (const mode of Object.keys(systems) as Mode[]) {
      const { tokenUrl: url, body, rootPids } = systems[mode];
      const durationSeconds = options.durationSeconds * (round === 0 ? WARM_UP_LEGS : 1);
      const readCpu = startCpuClock(rootPids);
      const result = await generator.run({ url, body, connections, durationSeconds, signal });
      const leg = { ...result, cpuMs: readCpu() };
      signal.throwIfAborted();
      if (round === 0) warmUp[mode] = leg.tokens;
      else legs[mode].push(leg);
      const label = round === 0 ? 'warm-up' : `round ${round}/${options.rounds}`;
      progress(
        `${label} ${names[mode]}: ${leg.tokens} tokens, ${formatNumber(cpuOf(leg, services), 3)} ms of CPU each`,
      );
    }
  }
  return { warmUp, legs };
}

/** V8 goes on optimising for tens of thousands of requests. */
const WARM_UP_LEGS = 2;

/** Spans wait for 5 s at most before they are sent. */
const LAST_EXPORT_MS = 6_000;

/** Takes what it is sent by OTLP, counts the token requests among the spans, and keeps nothing. */
async function startCollector(): Promise<{ url: string; traces: () => number; close: () => Promise<void> }> {
  let traces = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url === '/v1/traces') traces += countOf(TOKEN_SPAN, Buffer.concat(chunks));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    traces: () => traces,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function countOf(needle: Buffer, haystack: Buffer): number {
  let count = 0;
  for (let at = haystack.indexOf(needle); at !== -1; at = haystack.indexOf(needle, at + needle.length)) count++;
  return count;
}

/** Asks each service for its metrics, fifteen times as often as Prometheus does. */
function scrape(output: string): () => void {
  const ports = [...output.matchAll(/"port":(\d+).*serving metrics/g)].map(([, port]) => port);
  if (ports.length < services.length) throw new Error('the services do not tell where their metrics are');
  const timer = setInterval(() => {
    for (const port of ports) {
      void fetch(`http://127.0.0.1:${String(port)}/metrics`)
        .then((answer) => answer.arrayBuffer())
        .catch(() => undefined);
    }
  }, SCRAPE_INTERVAL_MS);
  return () => clearInterval(timer);
}

const cpuOf = ({ cpuMs, tokens }: Leg, labels: readonly string[]): number =>
  labels.reduce((sum, label) => sum + (cpuMs?.[label] ?? 0), 0) / tokens;

/** For people. */
export function telemetryText({ legs, tracesPerToken }: TelemetryReport): string {
  const off = legs.off.map((leg) => cpuOf(leg, services));
  const rows = (Object.keys(modes) as Mode[]).map((mode) => {
    const cpu = legs[mode].map((leg) => cpuOf(leg, services));
    const more = spread(pairwise(cpu, off, (on, without) => (on / without - 1) * 100));
    const each = services.map((service) =>
      formatNumber(spread(legs[mode].map((leg) => cpuOf(leg, [service]))).median, 3),
    );
    return [names[mode], formatSpread(spread(cpu), 3), mode === 'off' ? '' : formatSpread(more, 0), ...each];
  });
  return [
    'Telemetry: CPU of a token in the three services on its way, ms, medians (min–max); RS256, hook on, all systems in one run, in turn',
    ...table([['', 'CPU ms per token', 'more than off, %', ...services], ...rows]),
    '',
    `traces received for each token: ${formatNumber(tracesPerToken.all, 2)} of all, ${formatNumber(tracesPerToken.one_percent, 3)} of 1 %`,
    '(over 1 for what the generator no longer waited for at the end of a leg)',
  ].join('\n');
}
