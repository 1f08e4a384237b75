import { planActions } from './plan-actions.ts';
import { planClientAssertionIssuers } from './plan-client-assertion-issuers.ts';
import { planClients } from './plan-clients.ts';
import { planClientGrants } from './plan-client-grants.ts';
import { planHooks } from './plan-hooks.ts';
import { planResourceServers } from './plan-resource-servers.ts';
import type { PlanInput } from './plan-input.ts';
import { planTenant, planTenantFirst } from './plan-tenant.ts';
import { planTriggers } from './plan-triggers.ts';
import { step, type Step } from './step.ts';

/**
 * What has to be done so that hookmint is as the files say, in an order in which each step finds what it needs.
 *
 * @param tryCode Refuses steps whose code hookmint would refuse.
 */
export async function planOf(
  input: PlanInput,
  tryCode: (steps: readonly Step[], files: PlanInput['files']) => Promise<Step[]>,
): Promise<Step[]> {
  const hooks = await tryCode(planHooks(input), input.files);
  const actions = await tryCode(planActions(input), input.files);
  return withoutWhatNeedsRefused([
    ...planTenantFirst(input),
    ...planResourceServers(input),
    ...planClientAssertionIssuers(input),
    ...planClients(input),
    ...planClientGrants(input),
    ...hooks,
    ...actions,
    ...planTriggers(input, actions),
    ...planTenant(input),
  ]);
}

function withoutWhatNeedsRefused(steps: readonly Step[]): Step[] {
  const refused = new Set(steps.filter(({ does }) => does === 'skip').map(({ makes }) => makes));
  return steps.map((one) => {
    const gone = one.needs?.find((need) => refused.has(need));
    return gone === undefined
      ? one
      : step(one.kind, one.name, 'skip', { notes: [`it needs what is not made: ${gone}`] });
  });
}

/** How many things the files say that hookmint does not do. */
export function countLosses(steps: readonly Step[]): number {
  return steps.reduce((count, { losses }) => count + losses.length, 0);
}

/** Whether carrying out the plan would change anything. */
export function changesAnything(steps: readonly Step[]): boolean {
  return steps.some(({ does }) => does === 'create' || does === 'update' || does === 'delete');
}
