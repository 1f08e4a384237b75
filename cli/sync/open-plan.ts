import { connectApi, type ApiClient } from '../api-client.ts';
import { note } from '../../shared/terminal.ts';
import { fromCaller } from '../command.ts';
import { readTenantFiles } from '../tenant-files/read.ts';
import { acceptedMembers } from './accepted-members.ts';
import { planOf } from './plan.ts';
import { readRemote, type Remote } from './remote.ts';
import { readSecretValues, unusedSecrets } from './secret-values.ts';
import type { Step } from './step.ts';
import { tryCode } from './try-code.ts';

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
  const unused = unusedSecrets(secrets, files);
  if (unused.length > 0) note(`The files have nothing that these secrets are for: ${unused.join(', ')}.`);
  const api = await connectApi();
  const [remote, takes] = await Promise.all([readRemote(api), acceptedMembers(api)]);
  const steps = await planOf({ files, remote, secrets, takes, prune }, tryCode);
  return { api, remote, ignored, steps };
}
