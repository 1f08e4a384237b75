import { z } from 'zod';
import type { HostedTenant } from '../../../shared/domain/hosted-tenant.ts';
import { DuplicateError } from '../../../shared/store/documents.ts';
import { tenantsIn } from '../../../shared/store/tenants.ts';
import { TenantName } from '../../../shared/domain/tenant-name.ts';
import { MAX_TENANTS } from '../../../shared/tenants/watch-tenants.ts';
import { ApiError, conflict, inexistent } from '../api/api-error.ts';
import { changeOf } from '../api/change-of.ts';
import { reads, writes, type Route } from '../api/route.ts';
import type { Deps } from '../deps.ts';
import { managementAudience } from '../management-audience.ts';
import type { Hosting } from './hosting.ts';
import { checkPlace, defaultIssuer } from './place.ts';
import { CreatedTenant, CreateTenant, TenantView, UpdateTenant } from './schema.ts';

const tag = 'tenants';
const path = '/tenants';
const collection = 'tenants';
const params = z.strictObject({ name: TenantName });

const list = reads({
  path,
  operationId: 'getTenants',
  summary: 'Get tenants',
  tag,
  scopes: ['read:tenants'],
  status: 200,
  response: z.array(TenantView),
  handle: async (_input, { db }) => (await tenantsIn(db).list({}, { skip: 0, limit: MAX_TENANTS })).map(viewOf),
});

const get = reads({
  path: `${path}/{name}`,
  operationId: 'getTenant',
  summary: 'Get a tenant',
  tag,
  scopes: ['read:tenants'],
  params,
  status: 200,
  response: TenantView,
  errors: [404],
  handle: async ({ params: { name } }, { db }) => viewOf(found(await tenantsIn(db).find(name))),
});

const create = writes('post', {
  path,
  operationId: 'createTenant',
  summary: 'Create a tenant',
  tag,
  scopes: ['create:tenants'],
  body: CreateTenant,
  status: 201,
  response: CreatedTenant,
  errors: [409],
  handle: async ({ body: { name, issuer: asked } }, deps) => {
    const tenants = tenantsIn(deps.db);
    const issuer = asked ?? defaultIssuer(deps.issuer, name);
    const there = await tenants.list({}, { skip: 0, limit: MAX_TENANTS });
    if (name === deps.tenant || there.some((tenant) => tenant.name === name)) throw nameTaken(name);
    if (there.length >= MAX_TENANTS) {
      throw new ApiError(
        400,
        'limit_exceeded',
        `There are ${String(MAX_TENANTS)} tenants, the maximum; delete one first.`,
      );
    }
    checkPlace(issuer, deps.issuer, there);
    const client = await hostingOf(deps).prepare({ name, issuer });
    const tenant = { name, issuer, state: 'active' as const, created_at_ms: Date.now() };
    await tenants.insert(tenant).catch((error: unknown) => {
      throw error instanceof DuplicateError ? nameTaken(name) : error;
    });
    const view = viewOf(tenant);
    return {
      answer: { ...view, management: { audience: managementAudience(issuer), ...client } },
      change: { collection, id: name, before: null, after: view },
    };
  },
});

const update = writes('patch', {
  path: `${path}/{name}`,
  operationId: 'updateTenant',
  summary: 'Suspend or resume a tenant',
  tag,
  scopes: ['update:tenants'],
  params,
  body: UpdateTenant,
  status: 200,
  response: TenantView,
  errors: [404],
  handle: async ({ params: { name }, body }, { db }) => {
    const changed = found(await tenantsIn(db).change(name, (now) => ({ ...now, ...body })));
    return { answer: viewOf(changed.after), change: changeOf({ collection, id: name }, changed, viewOf) };
  },
});

const remove = writes('delete', {
  path: `${path}/{name}`,
  operationId: 'deleteTenant',
  summary: 'Delete a tenant with all that it has',
  tag,
  scopes: ['delete:tenants'],
  params,
  status: 204,
  errors: [404, 409],
  handle: async ({ params: { name } }, deps) => {
    const tenants = tenantsIn(deps.db);
    const tenant = found(await tenants.find(name));
    // By then no service answers for it, or writes what would be left behind.
    if (tenant.state !== 'suspended') throw conflict('tenant_active', 'Suspend the tenant first; it can be resumed.');
    await hostingOf(deps).remove(name);
    await tenants.remove(name);
    return { answer: undefined, change: { collection, id: name, before: viewOf(tenant), after: null } };
  },
});

/** The operations of the operator of a deployment. */
export const OPERATOR_ROUTES: readonly Route[] = [list, create, get, update, remove];

function viewOf({ name, issuer, state, created_at_ms }: HostedTenant): z.input<typeof TenantView> {
  return { name, issuer, state, created_at: new Date(created_at_ms).toISOString() };
}

function found<Value>(value: Value | undefined): Value {
  if (value === undefined) throw inexistent('tenant');
  return value;
}

const nameTaken = (name: string): ApiError => conflict('tenant_conflict', `There is a tenant ${name} already.`);

function hostingOf({ hosting }: Deps): Hosting {
  if (hosting === undefined) throw new Error('the operations of the operator are mounted where tenants can be made');
  return hosting;
}
