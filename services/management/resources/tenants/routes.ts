import { z } from 'zod';
import type { TenantSettings } from '../../../../shared/domain/tenant.ts';
import { resourceServersIn } from '../../../../shared/store/resource-servers.ts';
import { tenantIn } from '../../../../shared/store/tenant.ts';
import { invalidBody } from '../../api/api-error.ts';
import { changeOf } from '../../api/change-of.ts';
import { newsIn } from '../../api/news-in.ts';
import { heeded } from '../../api/off.ts';
import { fieldsQuery, withFields } from '../../api/query.ts';
import { reads, writes, type Route } from '../../api/route.ts';
import type { Deps } from '../../deps.ts';
import { OPERATOR_API_ID } from '../../hosting/operator-api.ts';
import { heededFlags } from './flags.ts';
import { profile as known } from './profile.ts';
import { SANDBOX_VERSIONS, TenantSettingsView, UpdateTenantSettings } from './schema.ts';

const tag = 'tenants';
const collection = 'tenant';
const path = '/tenants/settings';

const get = reads({
  path,
  operationId: 'getTenantSettings',
  summary: 'Get tenant settings',
  tag,
  scopes: ['read:tenant_settings'],
  query: z.strictObject(fieldsQuery),
  status: 200,
  response: TenantSettingsView,
  handle: async ({ query }, { db }) => withFields(viewOf(await tenantIn(db).settings()), query),
});

const update = writes('patch', {
  path,
  operationId: 'updateTenantSettings',
  summary: 'Update tenant settings',
  tag,
  scopes: ['update:tenant_settings'],
  body: UpdateTenantSettings,
  status: 200,
  response: TenantSettingsView,
  handle: async ({ body }, deps) => {
    const changed = await tenantIn(deps.db).changeSettings(async (now) => {
      const after = edited(now, body);
      // A default audience stays when its API is deleted, as the token endpoint reports; sending it back changes nothing.
      if (after.default_audience !== now.default_audience) await refuseUnknownAudience(after.default_audience, deps);
      return after;
    });
    return { answer: viewOf(changed.after), change: changeOf({ collection, id: 'settings' }, changed, viewOf) };
  },
});

export const tenantRoutes: readonly Route[] = [get, update];

/** The settings as Auth0's tools know them (contract §5.6). */
function viewOf(settings: TenantSettings): TenantSettingsView {
  const { default_audience, custom_claims, default_token_quota, resource_parameter_profile, error_dialect } = settings;
  const { recording, profile } = settings;
  const quota = default_token_quota?.clients;
  return {
    sandbox_version: SANDBOX_VERSIONS[0],
    ...heeded(known, profile),
    flags: heededFlags(profile.flags),
    sandbox_versions_available: [...SANDBOX_VERSIONS],
    default_audience: default_audience ?? '',
    custom_claims,
    resource_parameter_profile,
    error_dialect,
    ...(recording === null ? {} : { recording }),
    ...(quota === undefined ? {} : { default_token_quota: { clients: quota } }),
  };
}

function edited(now: TenantSettings, body: UpdateTenantSettings): TenantSettings {
  const { default_audience, custom_claims = now.custom_claims, flags, ...rest } = body;
  const {
    default_token_quota: quota = now.default_token_quota,
    resource_parameter_profile = now.resource_parameter_profile,
    error_dialect = now.error_dialect,
    recording = now.recording,
    ...profile
  } = rest;
  const shown = viewOf(now);
  return {
    default_audience: audienceOf(default_audience, now),
    custom_claims,
    resource_parameter_profile,
    error_dialect,
    recording,
    default_token_quota: quota?.clients === undefined ? null : { clients: quota.clients },
    profile: {
      ...now.profile,
      ...newsIn({ ...profile, ...(flags === undefined ? {} : { flags: { ...shown.flags, ...flags } }) }, shown),
    },
  };
}

/** Empty text unsets it as `null` does. */
function audienceOf(sent: string | null | undefined, now: TenantSettings): string | null {
  if (sent === undefined) return now.default_audience;
  return sent === '' ? null : sent;
}

/** @throws {ApiError} 400 for an audience that no API has. */
async function refuseUnknownAudience(audience: string | null, { db }: Deps): Promise<void> {
  if (audience === null) return;
  const api = await resourceServersIn(db).findByIdentifier(audience);
  if (api !== undefined && api.id !== OPERATOR_API_ID) return;
  throw invalidBody(`'there is no API with the identifier ${audience}' on property default_audience.`);
}
