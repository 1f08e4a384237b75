import { accepted } from './losses.ts';
import { differing, only, without } from './members.ts';
import type { PlanInput } from './plan.ts';
import { step, type Step } from './step.ts';

/** Of a tenant's settings these decide about tokens; the others are about products that are not here. */
const MEANINGFUL = ['default_audience', 'default_token_quota', 'custom_claims'];

/** hookmint has one version of Node.js, and tries each hook when it is imported. */
const TRIED = ['sandbox_version', 'legacy_sandbox_version'];

export function planTenant({ files, remote, takes }: PlanInput): Step[] {
  const schema = takes('/tenants/settings', 'patch');
  const settings = only(without(files.tenant ?? {}, TRIED), Object.keys(schema?.properties ?? {}));
  const { losses } = accepted(settings, schema);
  const wanted = unsetAsNull(only(files.tenant ?? {}, MEANINGFUL));
  if (Object.keys(wanted).length === 0 && losses.length === 0) return [];
  const members = differing(wanted, unsetAsNull(remote.tenant));
  if (members.length === 0) return [step('tenant', 'settings', 'keep', { losses })];
  return [
    step('tenant', 'settings', 'update', {
      losses,
      members,
      run: ({ api }) => api.call('PATCH', '/tenants/settings', only(wanted, members)),
    }),
  ];
}

/** Empty text unsets the default audience as `null` does. */
function unsetAsNull(settings: Record<string, unknown>): Record<string, unknown> {
  return 'default_audience' in settings
    ? { ...settings, default_audience: settings.default_audience === '' ? null : settings.default_audience }
    : settings;
}
