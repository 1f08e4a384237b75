import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startService } from '../../../deploy/local/service-process.ts';
import { obtainNats } from '../../../deploy/local/servers/nats-binary.ts';
import { startNats } from '../../../deploy/local/servers/run-nats.ts';
import type { EnabledHook } from '../../../shared/domain/hook.ts';
import { runHook } from '../../../services/gateway/steps/run-hook.ts';
import { createBatchRequester } from '../../../shared/bus/batch-requester.ts';
import { connectBus } from '../../../shared/bus/connect.ts';
import type { HookOutcome } from '../../../shared/domain/hook-outcome.ts';
import {
  DEFAULT_HOOK_LIMITS,
  HookRevision,
  revisionAddress,
  type HookRevisionInput,
} from '../../../shared/domain/hook.ts';
import { TokenRequestedReply, tokenRequestedSubject } from '../../../shared/subjects/token-requested.ts';

export type TimedRun = { tookMs: number; outcome: HookOutcome };

/** A hook-executor service with its sandbox processes, asked over a real NATS by the gateway's own code. */
export type BenchExecutor = {
  /** Runs a hook once, as for a token; `tookMs` from the request to its outcome, bus and code transfer included. */
  run(hook: EnabledHook): Promise<TimedRun>;
  /** Resident memory of the executor and its sandbox processes together, MiB. */
  rssMib(): Promise<number>;
};

const TENANT = 'bench';
const ARGUMENTS = {
  client: { id: 'client', name: 'Bench client', tenant: TENANT, metadata: { plan: 'full' } },
  scope: ['read:data'],
  audience: 'https://api.example.com/',
  body: { grant_type: 'client_credentials', audience: 'https://api.example.com/' },
  request: { method: 'POST', requested_scopes: [] },
};

export async function startExecutor(cleanup: AsyncDisposableStack): Promise<BenchExecutor> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hookmint-bench-'));
  cleanup.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const configFile = join(dataDir, 'nats.conf');
  writeFileSync(configFile, `${deployedMaxPayload()}\n`);
  const { path: binary } = await obtainNats({ report: () => undefined });
  const nats = await startNats({ binary, dataDir: join(dataDir, 'nats'), configFile });
  cleanup.defer(() => nats.stop());

  const lines: string[] = [];
  const executor = await startService({
    name: 'hook-executor',
    env: { NATS_URL: nats.url, HOOKMINT_TENANT: TENANT, LOG_LEVEL: 'error' },
    secretsDir: join(dataDir, 'service-secrets'),
    output: (line) => lines.push(line),
    onExit: ({ reason }) => {
      throw new Error(`the hook-executor ended: ${reason}\n${lines.join('\n')}`);
    },
  });
  cleanup.defer(() => executor.stop());
  const pid = executor.process.pid ?? 0;

  const connection = await connectBus('gateway', { NATS_URL: nats.url });
  cleanup.defer(() => connection.close());
  const executors = createBatchRequester({
    connection,
    service: 'gateway',
    subject: tokenRequestedSubject(TENANT),
    replySchema: TokenRequestedReply,
  });
  cleanup.defer(executors.close);

  return {
    run: async (hook) => {
      const startedMs = performance.now();
      const outcome = await runHook(hook, ARGUMENTS, executors);
      return { tookMs: performance.now() - startedMs, outcome };
    },
    rssMib: async () => {
      const pids = [pid, ...(await childrenOf(pid))];
      return pids.map(rssMib).reduce((sum, mib) => sum + mib, 0);
    },
  };
}

/** A hook as the gateway knows it. */
export function hookOf(id: string, content: Omit<HookRevisionInput, 'hook_id' | 'limits'>, limits = {}): EnabledHook {
  const whole = { hook_id: id, limits: { ...DEFAULT_HOOK_LIMITS, ...limits }, ...content };
  return { id, name: id, revision: HookRevision.parse({ ...whole, revision: revisionAddress(whole) }) };
}

/** The outcome of a run that measures nothing unless the hook did what it was to do. */
export function expectOk({ tookMs, outcome }: TimedRun): TimedRun & { outcome: { status: 'ok' } } {
  if (outcome.status !== 'ok') throw new Error(`a run ended otherwise: ${JSON.stringify(outcome)}`);
  return { tookMs, outcome };
}

function deployedMaxPayload(): string {
  const text = readFileSync(new URL('../../../deploy/nats/hookmint.conf', import.meta.url), 'utf8');
  const line = /^max_payload:.*$/m.exec(text)?.[0];
  if (line === undefined) throw new Error('deploy/nats/hookmint.conf sets no max_payload');
  return line;
}

async function childrenOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${String(pid)}/task`);
  const lists = await Promise.all(tasks.map((task) => readFile(`/proc/${String(pid)}/task/${task}/children`, 'utf8')));
  return lists.join(' ').split(' ').filter(Boolean).map(Number);
}

function rssMib(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]) / 1024;
}
