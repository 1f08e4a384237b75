import { accepted } from './losses.ts';
import { differing, only, without } from './members.ts';
import type { PlanInput } from './plan-input.ts';
import { unlessRefused } from './refusals.ts';
import { step, type Step } from './step.ts';

/** Decides which names the claims of what is made may have. */
const FIRST = 'custom_claims';

/** Of a tenant's settings these decide about tokens; the others are about products that are not here. */
const MEANINGFUL = [
  ...['default_audience', 'default_token_quota', FIRST, 'resource_parameter_profile', 'error_dialect'],
  'recording',
];

const PATH = '/tenants/settings';

/** The version of Node.js that hooks find the API of, and who asks for another. */
const NODE_VERSION = '22';
const NODE_VERSIONS = ['sandbox_version', 'legacy_sandbox_version'];

/** What has to be so before APIs, clients and grants are made. */
export function planTenantFirst({ files, remote, takes }: PlanInput): Step[] {
  const schema = takes(PATH, 'patch');
  const body = only({ ...files.tenant }, [FIRST]);
  const isKnown = schema?.properties === undefined || FIRST in schema.properties;
  if (!isKnown || differing(body, remote.tenant).length === 0) return [];
  const run: Step['run'] = ({ api }) => api.call('PATCH', PATH, body);
  return [unlessRefused(step('tenant', FIRST, 'update', { members: [FIRST], run }), body, schema)];
}

export function planTenant({ files, remote, takes }: PlanInput): Step[] {
  const schema = takes(PATH, 'patch');
  const settings = without(files.tenant ?? {}, NODE_VERSIONS);
  const known = schema?.properties === undefined ? settings : only(settings, Object.keys(schema.properties));
  const { taken, losses } = accepted(known, schema);
  const notes = otherNode(files.tenant?.sandbox_version);
  const wanted = unsetAsNull(only(taken, MEANINGFUL));
  if (Object.keys(wanted).length + losses.length + notes.length === 0) return [];
  const members = differing(without(wanted, [FIRST]), unsetAsNull(remote.tenant));
  if (members.length === 0) return [step('tenant', 'settings', 'keep', { notes, losses })];
  return [
    step('tenant', 'settings', 'update', {
      notes,
      losses,
      members,
      run: ({ api }) => api.call('PATCH', PATH, only(wanted, members)),
    }),
  ];
}

/** No loss: each hook is tried when it is imported. */
function otherNode(version: unknown): string[] {
  if (typeof version !== 'string' || version === NODE_VERSION) return [];
  return [`hooks were written for Node.js ${version}; they will have the API of Node.js ${NODE_VERSION}`];
}

/** Empty text unsets the default audience as `null` does. */
function unsetAsNull(settings: Record<string, unknown>): Record<string, unknown> {
  return 'default_audience' in settings
    ? { ...settings, default_audience: settings.default_audience === '' ? null : settings.default_audience }
    : settings;
}
