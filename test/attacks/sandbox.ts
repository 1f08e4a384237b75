import './quiet.ts';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { HookOutcome } from '../../shared/domain/hook-outcome.ts';
import { DEFAULT_HOOK_LIMITS, revisionAddress, type HookLimits } from '../../shared/domain/hook.ts';
import type { RunnableHook } from '../../services/hook-executor/sandbox/protocol.ts';
import { openSandboxPool, type SandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import { PROGRAM_ENDING } from '../../shared/own-module.ts';
import { startStrongestSandbox } from '../support/strongest-wall.ts';
import { until } from '../support/until.ts';

const MAX_CODE_LENGTH = 400_000;
const ROOMY_DEADLINE_MS = 20_000;

/** A pool of one real sandbox process for the tests of a file, and the attacks it withstood. */
export function attackedSandbox(kind: string) {
  let pool: SandboxPool | undefined;
  let tried = 0;
  let held = 0;
  before(async () => {
    pool = await openSandboxPool(1, startStrongestSandbox);
  });
  after(() => {
    pool?.close();
    process.stdout.write(`attacks: ${kind}: ${String(tried)} tried, ${String(held)} held\n`);
  });

  async function run(code: string, limits: Partial<HookLimits> = {}, body: Record<string, unknown> = {}) {
    assert.ok(pool !== undefined);
    return pool.run(revisionOf(code, limits), hookArguments(body), Date.now() + ROOMY_DEADLINE_MS);
  }

  return {
    run,
    /** Runs a hook that must end with `ok`, and gives its result. */
    result: async (code: string, limits?: Partial<HookLimits>, body?: Record<string, unknown>): Promise<unknown> => {
      const outcome = await run(code, limits, body);
      if (outcome.status !== 'ok') assert.fail(JSON.stringify(outcome).slice(0, 500));
      return outcome.result === undefined ? undefined : (JSON.parse(outcome.result) as unknown);
    },
    /** One attack: a test, counted. */
    attack: (name: string, body: () => Promise<void>): void => {
      tried++;
      test(name, async () => {
        // One that the attack before got stuck may still be there, beside the one in its place.
        await until('there is one sandbox process', () => sandboxPids().length === 1);
        await body();
        held++;
      });
    },
  };
}

export function revisionOf(code: string, limits: Partial<HookLimits> = {}): RunnableHook {
  const content = {
    hook_id: 'attack',
    // Of a bundle, which is longer than what authors write may be, its hash makes the address.
    code: code.length > MAX_CODE_LENGTH ? hash('sha256', code) : code,
    limits: { ...DEFAULT_HOOK_LIMITS, cpu_ms: 200, wall_ms: 2_000, ...limits },
  };
  return { revision: revisionAddress(content), script: code, kind: 'hook', secrets: {}, limits: content.limits };
}

const refused = (): Promise<string> => Promise.reject(new Error('refused'));
export const noServices = { http: refused, storage: refused };

export function hookArguments(body: Record<string, unknown> = {}): string {
  const client = { id: 'client', name: 'name', tenant: 'demo', metadata: {} };
  return JSON.stringify({
    client,
    scope: ['read'],
    audience: 'https://api.example',
    body,
    request: { requested_scopes: [] },
  });
}

/** A hook with this body. */
export function hook(body: string): string {
  return `module.exports = function (client, scope, audience, context, cb) {${body}\n};`;
}

/** Process ids of this process's sandboxes: of Node's, also where bubblewrap's are above them. */
export function sandboxPids(): number[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid=,stat=,comm=,command='], { encoding: 'utf8' });
  const processes = stdout.split('\n').flatMap((line) => {
    const [, pid, parent, state, name, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(.*)/.exec(line) ?? [];
    return command === undefined || state?.startsWith('Z')
      ? []
      : [{ pid: Number(pid), parent: Number(parent), name, command }];
  });
  const parentOf = new Map(processes.map(({ pid, parent }) => [pid, parent]));
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === process.pid || isBelow(parentOf.get(pid)));
  return processes
    .filter(
      ({ pid, name, command }) => command.includes(`sandbox/main${PROGRAM_ENDING}`) && name !== 'bwrap' && isBelow(pid),
    )
    .map(({ pid }) => pid);
}

export function rssMib(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]) / 1024;
}

export const statusOf = (outcome: HookOutcome): string =>
  outcome.status === 'timed_out' ? `timed_out ${outcome.limit}` : outcome.status;

export const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
