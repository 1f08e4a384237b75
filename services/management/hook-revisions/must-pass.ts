import { checksOf, Expectation, type HookCheck } from '../../../shared/domain/hook-check.ts';
import type { Hook, HookRevision } from '../../../shared/domain/hook.ts';
import { SampleEvent } from '../../../shared/domain/sample-event.ts';
import type { CustomClaimsPolicy } from '../../../shared/domain/tenant.ts';
import { differenceOf } from '../../../shared/hook-result/difference-of-run.ts';
import { hooksIn } from '../../../shared/store/hooks.ts';
import { tenantIn } from '../../../shared/store/tenant.ts';
import { ApiError, inexistent } from '../api/api-error.ts';
import type { Deps } from '../deps.ts';
import { dryRun } from './dry-run.ts';

/** Executors accept eight dry runs at a time, and users need places too. */
const AT_ONCE = 3;
/** No check begins later; each has the hook's own limits. */
const MAX_MS = 10_000;
const MAX_TOLD = 3;
const MAX_TOLD_LENGTH = 1_024;

type Failure = { name: string; difference: string };

/**
 * Runs the checks of a revision where hooks run, before it is deployed.
 *
 * @param force Deploys it all the same.
 * @returns Names of those that failed.
 * @throws {ApiError} 400 `hook_checks_failed` with what differs; 503 when no executor could run them.
 */
export async function mustPass(
  hook: Pick<Hook, 'id' | 'name'>,
  address: string,
  force: boolean,
  deps: Pick<Deps, 'db' | 'dryRunners'>,
): Promise<string[]> {
  const revision = await hooksIn(deps.db).findRevision(address);
  if (revision === undefined) throw inexistent('hook revision');
  const checks = checksOf(revision);
  if (checks.length === 0) return [];
  const { custom_claims: policy } = await tenantIn(deps.db).settings();
  const failures = await failuresOf(hook, revision, checks, policy, deps);
  if (failures.length > 0 && !force) throw failed(failures, checks.length);
  return failures.map(({ name }) => name);
}

/** What the audit has of a deployment whose checks failed. */
export const forced = (failed: readonly string[]): { failed_checks?: readonly string[] } =>
  failed.length === 0 ? {} : { failed_checks: failed };

async function failuresOf(
  hook: Pick<Hook, 'id' | 'name'>,
  revision: HookRevision,
  checks: readonly HookCheck[],
  policy: CustomClaimsPolicy,
  deps: Pick<Deps, 'dryRunners'>,
): Promise<Failure[]> {
  const untilMs = performance.now() + MAX_MS;
  const failures: Failure[] = [];
  const left = checks.values();
  async function runNext(): Promise<void> {
    for (const { name, event = {}, custom_claims = policy, expect } of left) {
      if (performance.now() > untilMs) {
        failures.push({ name, difference: `the checks before took longer than ${String(MAX_MS / 1_000)} s` });
        continue;
      }
      const [given, expected] = [SampleEvent.safeParse(event), Expectation.safeParse(expect)];
      if (!given.success || !expected.success) {
        failures.push({ name, difference: 'it is not one that this version can run' });
        continue;
      }
      const run = await dryRun(hook, revision, { event: given.data, policy: custom_claims }, deps);
      if (run.outcome.status === 'unavailable' && expected.data.outcome !== 'unavailable') throw noExecutor();
      const difference = differenceOf(run, expected.data);
      if (difference !== undefined) failures.push({ name, difference });
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, runNext));
  return failures;
}

function failed(failures: readonly Failure[], of: number): ApiError {
  const told = failures
    .slice(0, MAX_TOLD)
    .map(({ name, difference }) => `${name}:\n${difference.slice(0, MAX_TOLD_LENGTH)}`);
  const what = `${String(failures.length)} of ${String(of)} checks of the hook failed`;
  return new ApiError(400, 'hook_checks_failed', `${what}. ${told.join('\n')}`);
}

function noExecutor(): ApiError {
  const message = 'No hook-executor could run the checks of the hook at the moment';
  return new ApiError(503, 'service_unavailable', message, { headers: { 'Retry-After': '1' } });
}
