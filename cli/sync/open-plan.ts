import { connectApi, type ApiClient } from '../api-client.ts';
import { fromCaller } from '../command.ts';
import { inspectHook } from '../../hook-build/build-hook.ts';
import { HookBuildError } from '../../hook-build/errors.ts';
import type { TenantFiles } from '../tenant-files/model.ts';
import { readTenantFiles } from '../tenant-files/read.ts';
import { acceptedMembers } from './accepted-members.ts';
import { planOf } from './plan.ts';
import { readRemote, type Remote } from './remote.ts';
import { readSecretValues } from './secret-values.ts';
import type { Step } from './step.ts';

export type OpenPlan = { api: ApiClient; remote: Remote; steps: Step[]; ignored: string[] };

/**
 * Reads the files and hookmint, and finds what has to be done.
 *
 * @throws {UsageError}
 */
export async function openPlan(
  path: string,
  { secretsFile, prune }: { secretsFile: string | undefined; prune: boolean },
): Promise<OpenPlan> {
  const { files, ignored } = readTenantFiles(fromCaller(path));
  const secrets = readSecretValues(secretsFile === undefined ? undefined : fromCaller(secretsFile));
  const api = await connectApi();
  const [remote, takes] = await Promise.all([readRemote(api), acceptedMembers(api)]);
  const steps = planOf({ files, remote, secrets, takes, prune });
  await noteWhatDoesNotCompile(steps, files);
  return { api, remote, ignored, steps };
}

/** hookmint would refuse it: better seen in the plan than when half of it is done. */
async function noteWhatDoesNotCompile(
  steps: readonly Step[],
  { hooks = [], actions = [] }: TenantFiles,
): Promise<void> {
  const codes = new Map<string, string>([
    ...hooks.map(({ name, script }) => [`hook ${name}`, script] as [string, string]),
    ...actions.map(({ name, code }) => [`action ${name}`, code] as [string, string]),
  ]);
  for (const { kind, name, does, notes } of steps) {
    const code = does === 'create' || does === 'update' ? codes.get(`${kind} ${name}`) : undefined;
    if (code === undefined) continue;
    try {
      await inspectHook(code);
    } catch (error) {
      if (!(error instanceof HookBuildError)) throw error;
      notes.push(`it does not compile: ${error.message}`);
    }
  }
}
