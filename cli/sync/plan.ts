import { planActions, planTriggers } from './plan-actions.ts';
import { planClients } from './plan-clients.ts';
import { planClientGrants } from './plan-client-grants.ts';
import { planHooks } from './plan-hooks.ts';
import { planResourceServers } from './plan-resource-servers.ts';
import type { PlanInput } from './plan-input.ts';
import { planTenant } from './plan-tenant.ts';
import type { Step } from './step.ts';

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

/** How many things the files say that hookmint does not do. */
export function countLosses(steps: readonly Step[]): number {
  return steps.reduce((count, { losses }) => count + losses.length, 0);
}

/** Whether carrying out the plan would change anything. */
export function changesAnything(steps: readonly Step[]): boolean {
  return steps.some(({ does }) => does === 'create' || does === 'update' || does === 'delete');
}
