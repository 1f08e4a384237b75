import { alternate, type Bench, type Leg } from './leg.ts';
import { pairwise, spread } from './stats.ts';
import { startWebhookSystems, type SigningAlg, type WebhookSystemName } from './systems.ts';
import { formatSpread, table } from './table.ts';
import { cpuPerToken, profileText } from './text.ts';
import { connections } from './throughput.ts';

type WebhookLegs = Record<WebhookSystemName, Leg[]>;
export type WebhookReport = Record<SigningAlg, WebhookLegs>;

/** A hook that is an endpoint, beside oidc-provider that asks the same one: as fast as they go, in turn. */
export async function measureWebhooks(bench: Bench): Promise<WebhookReport> {
  // On a machine that others share, CPU is what can be compared.
  const profiled = { ...bench, options: { ...bench.options, profile: true } };
  return { RS256: await measure(profiled, 'RS256'), ES256: await measure(profiled, 'ES256') };
}

async function measure(bench: Bench, signingAlg: SigningAlg): Promise<WebhookLegs> {
  await using cleanup = new AsyncDisposableStack();
  bench.progress(`${signingAlg} starting hookmint, oidc-provider and the endpoint of both`);
  const systems = await startWebhookSystems(signingAlg, cleanup);
  bench.signal.throwIfAborted();
  return await alternate(bench, systems, { connections });
}

/** For people: medians over the rounds, with the least and the most. */
export function webhooksText(report: WebhookReport): string {
  return Object.entries(report)
    .map(([signingAlg, legs]) => [...summary(signingAlg, legs), '', ...profileText(signingAlg, legs)].join('\n'))
    .join('\n\n');
}

function summary(signingAlg: string, legs: WebhookLegs): string[] {
  const rows = Object.entries(legs).map(([name, ofOne]) => [
    NAMES[name as WebhookSystemName],
    formatSpread(spread(ofOne.map(({ tokensPerSecond }) => tokensPerSecond)), 0),
    formatSpread(spread(ofOne.map(({ p50Ms }) => p50Ms)), 2),
    formatSpread(spread(ofOne.map(({ p99Ms }) => p99Ms)), 2),
    cpuPerToken(ofOne),
  ]);
  const ratio = pairwise(
    legs.hookmint.map(({ tokensPerSecond }) => tokensPerSecond),
    legs.webhook.map(({ tokensPerSecond }) => tokensPerSecond),
    (hookmint, it) => hookmint / it,
  );
  return [
    `${signingAlg}, a hook that is an endpoint, ${String(connections)} connections, both in turn`,
    ...table([
      ['', 'tokens/s', 'p50 ms', 'p99 ms', 'CPU ms per token'],
      ...rows,
      ['hookmint / oidc-provider', formatSpread(spread(ratio), 2)],
    ]),
  ];
}

const NAMES: Record<WebhookSystemName, string> = { hookmint: 'hookmint', webhook: 'oidc-provider' };
