import { randomBytes } from 'node:crypto';
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
/** Of a handle, behind the name. */
const RANDOM_BYTES = 8;

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
    if (name === deps.tenant) throw nameTaken(name);
    if (there.length >= MAX_TENANTS) {
      const most = String(MAX_TENANTS);
      throw new ApiError(400, 'limit_exceeded', `There are ${most} tenants, the maximum; delete one first.`);
    }
    checkPlace(issuer, [deps.issuer, deps.consoleUrl], there);
    const handle = `${name}-${randomBytes(RANDOM_BYTES).toString('hex')}`;
    // Name and place are taken before anything is made for them.
    const claimed = await tenants
      .insert({ name, handle, issuer, state: 'creating', created_at_ms: Date.now() })
      .catch((error: unknown) => Promise.reject(error instanceof DuplicateError ? nameTaken(name) : (error as Error)));
    const client = await hostingOf(deps).prepare(claimed);
    const { after } = found(await tenants.change(name, inState(handle, ['creating'], 'active')));
    return {
      answer: { ...viewOf(after), management: { audience: managementAudience(issuer), ...client } },
      change: { collection, id: name, before: null, after: viewOf(after) },
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
  handle: async ({ params: { name }, body: { state } }, { db }) => {
    const tenants = tenantsIn(db);
    const { handle } = found(await tenants.find(name));
    const changed = found(await tenants.change(name, inState(handle, ['active', 'suspended'], state)));
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
    const { handle } = tenant;
    // From here on nobody opens it, and its name stays taken until all of it is gone. One that was not made or deleted to the end is deleted so too.
    await tenants.change(name, inState(handle, ['suspended', 'creating', 'deleting'], 'deleting'));
    await hostingOf(deps).remove(tenant);
    await tenants.collection.deleteOne({ _id: name, handle });
    // What was on its way while it went.
    await hostingOf(deps).remove(tenant);
    return { answer: undefined, change: { collection, id: name, before: viewOf(tenant), after: null } };
  },
});

/** The operations of the operator of a deployment. */
export const OPERATOR_ROUTES: readonly Route[] = [list, create, get, update, remove];

/** Of the tenant that was looked at, and not of another of its name. */
function inState(
  handle: string,
  from: readonly HostedTenant['state'][],
  to: HostedTenant['state'],
): (now: HostedTenant) => HostedTenant {
  return (now) => {
    if (now.handle !== handle) throw inexistent('tenant');
    if (now.state === to || from.includes(now.state)) return { ...now, state: to };
    if (now.state === 'active') throw conflict('tenant_active', 'Suspend the tenant first; it can be resumed.');
    throw conflict('tenant_conflict', `The tenant is ${now.state}; delete it.`);
  };
}

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
