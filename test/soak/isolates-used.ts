import { metricsPort } from '../../deploy/local/metrics-port.ts';
import { parseExposition } from '../support/exposition.ts';

/** Put into the environment of a stack, it has the services serve their metrics, which {@link runsToldAt} reads of a hook-executor. */
export const TELLING_METRICS = { OTEL_METRICS_EXPORTER: 'prometheus', OTEL_EXPORTER_PROMETHEUS_PORT: '0' };

/** How the runs of hook-executors began, and how many isolates were given up: for room, for memory or because nothing used them. */
export type SandboxRuns = { warm: number; cold: number; evicted: number };

/** Environment of an executor beside the stack's own that tells too, and where it does. */
export async function tellingExecutor(): Promise<{ env: Record<string, string>; port: number; release: () => void }> {
  const { env, release } = await metricsPort(TELLING_METRICS);
  return { env: { ...TELLING_METRICS, ...env }, port: Number(env.OTEL_EXPORTER_PROMETHEUS_PORT), release };
}

/** Where the stack's own executor serves its metrics. @param printed Of the stack. */
export function executorMetricsPort(printed: string): number {
  const [, port] = [...printed.matchAll(/^hook-executor .*"port":(\d+).*serving metrics/gm)].at(-1) ?? [];
  if (port === undefined) throw new Error('the hook-executor tells no port of its metrics');
  return Number(port);
}

export async function runsToldAt(port: number): Promise<SandboxRuns> {
  const series = parseExposition(await (await fetch(`http://127.0.0.1:${String(port)}/metrics`)).text());
  const valueOf = (name: string, start?: string): number =>
    series.find((one) => one.name === name && (start === undefined || one.labels.hookmint_sandbox_start === start))
      ?.value ?? NaN;
  const runs = 'hookmint_sandbox_runs_total';
  const evicted = valueOf('hookmint_sandbox_evictions_total');
  return { warm: valueOf(runs, 'warm'), cold: valueOf(runs, 'cold'), evicted };
}

/**
 * What isolates a soak used, and what explains them: each process makes one of each revision, and another once its hook ended it.
 *
 * @returns What is wrong; nothing when no isolate of a hook in use was given up, and none was made anew without a reason.
 */
export function judgeIsolates(seen: {
  /** Told apart by the tokens that they shaped. */
  isolates: number;
  revisions: number;
  /** All there were, those that took the place of another among them. */
  sandboxes: number;
  /** Runs that end their isolate. */
  ending: number;
  runs: SandboxRuns;
}): string[] {
  const { isolates, revisions, sandboxes, ending, runs } = seen;
  const explained = revisions * sandboxes + ending;
  const { warm, cold, evicted } = runs;
  return [
    ...(evicted === 0 ? [] : [`${String(evicted)} isolates of a hook in use were given up`]),
    ...(isolates <= explained
      ? []
      : [`${String(isolates)} isolates shaped tokens, and ${String(explained)} are explained`]),
    ...(warm > cold ? [] : [`${String(warm)} warm runs of ${String(warm + cold)}`]),
  ];
}
