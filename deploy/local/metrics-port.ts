import { freePort } from './servers/free-port.ts';

const DEFAULT_PORT = 9464;

/** Ports that services of this launcher serve their metrics at. */
const taken = new Set<number>();

/**
 * The services share one host here, so each gets a port of its own for its metrics: from OTEL_EXPORTER_PROMETHEUS_PORT (9464) on, the
 * first that no other has; any free one when that is 0. The log tells which. `{}` where nobody asked for `/metrics`.
 */
export async function metricsPort(
  env: NodeJS.ProcessEnv,
): Promise<{ env: Record<string, string>; release: () => void }> {
  const isAsked = env.OTEL_METRICS_EXPORTER?.includes('prometheus') === true;
  if (!isAsked) return { env: {}, release: () => undefined };
  const first = Number(env.OTEL_EXPORTER_PROMETHEUS_PORT ?? DEFAULT_PORT);
  let port = first === 0 ? await freePort('127.0.0.1') : first;
  while (taken.has(port)) port++;
  taken.add(port);
  return { env: { OTEL_EXPORTER_PROMETHEUS_PORT: String(port) }, release: () => taken.delete(port) };
}
