import type { TenantFiles } from '../tenant-files/model.ts';
import { planActions, planTriggers } from './plan-actions.ts';
import { planClients } from './plan-clients.ts';
import { planClientGrants } from './plan-client-grants.ts';
import { planHooks } from './plan-hooks.ts';
import { planResourceServers } from './plan-resource-servers.ts';
import { planTenant } from './plan-tenant.ts';
import type { Remote } from './remote.ts';
import type { SecretValues } from './secret-values.ts';
import type { Step } from './step.ts';

export type PlanInput = {
  files: TenantFiles;
  remote: Remote;
  secrets: SecretValues;
  /** Members that the API takes when it makes a resource at a path. */
  takes: (path: string) => ReadonlySet<string> | undefined;
  /** Whether what the files do not have is to go, for the kinds that the files have. */
  prune: boolean;
};

/** What has to be done so that hookmint is as the files say, in an order in which each step finds what it needs. */
export function planOf(input: PlanInput): Step[] {
  return [
    ...planResourceServers(input),
    ...planClients(input),
    ...planClientGrants(input),
    ...planHooks(input),
    ...planActions(input),
    ...planTriggers(input),
    ...planTenant(input),
  ];
}

/** Whether carrying out the plan would change anything. */
export function changesAnything(steps: readonly Step[]): boolean {
  return steps.some(({ does }) => does === 'create' || does === 'update' || does === 'delete');
}
