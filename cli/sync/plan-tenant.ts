import type { PlanInput } from './plan.ts';
import { step, type Step } from './step.ts';

/** Of a tenant's settings only the default audience decides about tokens; the others are about products that are not here. */
export function planTenant({ files, remote }: PlanInput): Step[] {
  const wanted = files.tenant?.default_audience;
  if (wanted === undefined) return [];
  const actual = remote.tenant.default_audience ?? null;
  if ((wanted === '' ? null : wanted) === (actual === '' ? null : actual)) return [step('tenant', 'settings', 'keep')];
  return [
    step('tenant', 'settings', 'update', {
      members: ['default_audience'],
      run: ({ api }) => api.call('PATCH', '/tenants/settings', { default_audience: wanted }),
    }),
  ];
}
