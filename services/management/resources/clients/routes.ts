import { isDeepStrictEqual } from 'node:util';
import type { Db } from 'mongodb';
import { z } from 'zod';
import { MAX_CLIENT_ID_LENGTH, type Client } from '../../../../shared/domain/client.ts';
import { clientGrantsIn } from '../../../../shared/store/client-grants.ts';
import { BY_NAME, clientsIn } from '../../../../shared/store/clients.ts';
import { DuplicateError } from '../../../../shared/store/documents.ts';
import { recordingsIn } from '../../../../shared/store/recordings.ts';
import { resourceServersIn } from '../../../../shared/store/resource-servers.ts';
import { absentScope } from '../../api/absent-products.ts';
import { conflict, inexistent, invalidBody, invalidQuery } from '../../api/api-error.ts';
import { changeOf } from '../../api/change-of.ts';
import { filterOfNames, MAX_NAME_SEARCH_LENGTH } from '../../api/name-search.ts';
import { checkpointQuery, listOf, pageOf, pageQuery } from '../../api/paging.ts';
import { fieldsQuery, flag, withFields } from '../../api/query.ts';
import { reads, writes, type Caller, type Route } from '../../api/route.ts';
import { claimsAfter } from '../../api/static-claims.ts';
import { requireScope } from '../../auth/require-scope.ts';
import { besideWaysIn, lastAdministrator, refuseLostWayIn } from '../../auth/ways-in.ts';
import { createdClient, editedClient } from './edit.ts';
import { freedUntilMs, rememberFreed } from './freed-ids.ts';
import { getQuotaUsage, idsNearQuota } from './quota-usage.ts';
import { ClientView, CreateClient, UpdateClient } from './schema.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { rotateSecret } from './rotate-secret.ts';
import { namesSubjects, OF_SUBJECTS, refuseUnknownIssuers, subjectsOf } from './trusted-issuers.ts';
import { viewOf } from './view.ts';

const tag = 'clients';
const collection = 'clients';
const params = z.strictObject({ id: z.string().min(1).max(MAX_CLIENT_ID_LENGTH) });

const list = reads({
  path: '/clients',
  operationId: 'getClients',
  summary: 'Get clients',
  tag,
  scopes: ['read:clients', 'read:client_keys'],
  query: z.strictObject({
    ...pageQuery,
    ...checkpointQuery,
    ...fieldsQuery,
    is_global: flag.optional(),
    is_first_party: flag.optional(),
    app_type: z
      .string()
      .max(1_024)
      .transform((types) => types.split(','))
      .optional(),
    q: z.string().max(MAX_NAME_SEARCH_LENGTH).optional(),
    /** `true`: only clients that have used 80 % of a quota of theirs, in this hour or day. */
    near_quota: z.literal('true', 'must be true, or left out').optional(),
    /** By name, whatever its case; otherwise by client_id. */
    sort: z.literal('name:1', 'must be name:1').optional(),
  }),
  status: 200,
  response: listOf(ClientView, 'clients'),
  handle: async ({ query }, deps) => {
    const { db, tenant } = deps;
    // There is no client that stands for the whole tenant. An empty list would end auth0-deploy-cli, which looks for its login page.
    if (query.is_global === true) throw absentScope('read:global_client');
    const clients = clientsIn(db);
    const filter = {
      ...(query.is_first_party === undefined
        ? {}
        : { 'profile.is_first_party': query.is_first_party ? { $ne: false } : false }),
      ...(query.app_type === undefined ? {} : { 'profile.app_type': { $in: query.app_type } }),
      ...(query.q === undefined ? {} : filterOfNames(query.q, { name: 'name', client_id: '_id' })),
    };
    // Beside the filter: that may have a condition on the id too.
    if (query.near_quota !== undefined) Object.assign(filter, { $and: [{ _id: { $in: await idsNearQuota(deps) } }] });
    const view = (client: Client): ClientView => viewOf(client, tenant);
    if (query.q !== undefined || query.sort !== undefined) {
      if (query.take !== undefined || query.from !== undefined) {
        throw invalidQuery("'Use page and per_page with q or sort, not from and take'");
      }
      const found = {
        list: (page: { skip: number; limit: number }) => clients.list(filter, page, BY_NAME),
        count: (limit: number) => clients.count(filter, { ...BY_NAME, limit }),
      };
      return pageOf(query, 'clients', found, view);
    }
    const source = {
      list: (page: { skip: number; limit: number }) => clients.list(filter, page),
      count: (limit: number) => clients.count(filter, { limit }),
      listAfter: (id: string | undefined, limit: number) =>
        clients.list({ $and: [filter, id === undefined ? {} : { _id: { $gt: id } }] }, { skip: 0, limit }),
      idOf: ({ client_id }: Client) => client_id,
    };
    return pageOf(query, 'clients', source, view);
  },
});

const get = reads({
  path: '/clients/{id}',
  operationId: 'getClient',
  summary: 'Get a client',
  tag,
  scopes: ['read:clients', 'read:client_keys'],
  params,
  query: z.strictObject(fieldsQuery),
  status: 200,
  response: ClientView,
  errors: [404],
  handle: async ({ params: { id }, query }, { db, tenant }) => {
    const client = await clientsIn(db).find(id);
    if (client === undefined) throw inexistent('client');
    return withFields(viewOf(client, tenant), query);
  },
});

const create = writes('post', {
  path: '/clients',
  operationId: 'createClient',
  summary: 'Create a client',
  tag,
  scopes: ['create:clients'],
  body: CreateClient,
  status: 201,
  response: ClientView,
  errors: [409],
  handle: async ({ body, caller }, deps) => {
    const { db, tenant, clientSecretKey } = deps;
    if (body.client_secret !== undefined) requireScope(caller, { scopes: ['update:client_keys'] });
    if (body.client_authentication_methods !== undefined || body.jwks_uri !== undefined) {
      requireScope(caller, { scopes: ['create:client_credentials'] });
    }
    if (namesSubjects(body)) requireScope(caller, OF_SUBJECTS);
    if (body.token_quota !== undefined && body.token_quota !== null) requireScope(caller, OF_QUOTAS);
    const claims = await claimsAfter(body.claims, null, { db });
    if (claims !== null) requireScope(caller, OF_CLAIMS);
    await refuseUnknownIssuers(body, null, deps);
    await refuseUnknownApi(body, null, db);
    const { client, clientSecret } = await createdClient({ ...body, claims }, clientSecretKey);
    // The signer that dated the last token of an earlier client of this id may be ahead.
    const tokens_revoked_until_ms = await freedUntilMs(client.client_id, db);
    try {
      await clientsIn(db).insert({ ...client, tokens_revoked_until_ms, created_at_ms: Date.now() });
    } catch (error) {
      if (!(error instanceof DuplicateError)) throw error;
      throw conflict('client_conflict', `A client with the client_id ${client.client_id} exists already.`);
    }
    return {
      answer: viewOf(client, tenant, clientSecret),
      change: { collection, id: client.client_id, before: null, after: viewOf(client, tenant) },
    };
  },
});

const update = writes('patch', {
  path: '/clients/{id}',
  operationId: 'updateClient',
  summary: 'Update a client',
  tag,
  scopes: ['update:clients'],
  params,
  body: UpdateClient,
  status: 200,
  response: ClientView,
  errors: [404, 409],
  handle: async ({ params: { id }, body, caller }, deps) => {
    const { db, tenant, clientSecretKey } = deps;
    requireScopesOfProofs(body, caller);
    const changed = await besideWaysIn(id, deps, (isLast) =>
      clientsIn(db).change(id, async (before) => {
        const claims = await claimsAfter(body.claims, before.claims, { db });
        await refuseUnknownIssuers(body, before, deps);
        await refuseUnknownApi(body, before.resource_server_identifier, db);
        const after = editedClient(before, { ...body, claims }, clientSecretKey);
        requireScopesOfChange({ before, after }, caller);
        if (isLast) refuseLostWayIn({ before, after }, caller);
        return after;
      }),
    );
    if (changed === undefined) throw inexistent('client');
    const view = (client: Client) => viewOf(client, tenant);
    return { answer: view(changed.after), change: changeOf({ collection, id }, changed, view) };
  },
});

const remove = writes('delete', {
  path: '/clients/{id}',
  operationId: 'deleteClient',
  summary: 'Delete a client',
  tag,
  scopes: ['delete:clients'],
  params,
  status: 204,
  errors: [409],
  handle: async ({ params: { id } }, deps) => {
    const { db, tenant } = deps;
    const client = await besideWaysIn(id, deps, async (isLast) => {
      if (isLast) throw lastAdministrator(id);
      const grants = clientGrantsIn(db);
      // Before, so that a failure in between leaves none to a client that is gone, and to whoever gets its id later; and after, since
      // whoever makes a grant looks for the client once more afterwards.
      await grants.removeAll({ client_id: id });
      await rememberFreed(id, db);
      const removed = await clientsIn(db).remove(id);
      await grants.removeAll({ client_id: id });
      await recordingsIn(db).remove({ clientIds: [id] });
      return removed;
    });
    if (client === undefined) return { answer: undefined, change: null };
    return { answer: undefined, change: { collection, id, before: viewOf(client, tenant), after: null } };
  },
});

export const clientRoutes: readonly Route[] = [
  list,
  create,
  get,
  update,
  remove,
  rotateSecret,
  revokeTokens,
  getQuotaUsage,
];

/** How many tokens clients may have is the tenant's to say. */
const OF_QUOTAS = { scopes: ['update:tenant_settings'] };

/** What its tokens say to every API is worth as much as a grant. */
const OF_CLAIMS = { scopes: ['update:client_grants'] };

/** What proves who a client is needs scopes of its own. */
function requireScopesOfProofs(body: UpdateClient, caller: Caller): void {
  if (body.client_secret !== undefined) requireScope(caller, { scopes: ['update:client_keys'] });
  if (body.client_authentication_methods !== undefined || body.jwks_uri !== undefined) {
    requireScope(caller, { scopes: ['update:client_credentials'] });
  }
  // As much as keys of its own that are made and then named.
  const namesIssuers = body.client_authentication_methods?.federated_jwt !== undefined;
  if (typeof body.jwks_uri === 'string' || namesIssuers)
    requireScope(caller, { scopes: ['create:client_credentials'] });
}

/** @throws {ApiError} 400 for an API that is not there, and for the Management API, which asks nobody. */
async function refuseUnknownApi(
  { resource_server_identifier: identifier }: UpdateClient | CreateClient,
  present: string | null,
  db: Db,
): Promise<void> {
  if (identifier === undefined || identifier === null || identifier === present) return;
  const api = await resourceServersIn(db).findByIdentifier(identifier);
  if (api?.is_system === false) return;
  throw invalidBody(`'must be the identifier of an API that there is' on property resource_server_identifier.`);
}

/** So does whether it proves it at all, its quota, and its claims. Tools send back all that they were shown, so that only what differs counts. */
function requireScopesOfChange({ before, after }: { before: Client; after: Client }, caller: Caller): void {
  const isPublic = (client: Client): boolean => client.token_endpoint_auth_method === 'none';
  if (isPublic(before) !== isPublic(after)) requireScope(caller, { scopes: ['update:client_keys'] });
  if (!isDeepStrictEqual(before.token_quota, after.token_quota)) requireScope(caller, OF_QUOTAS);
  if (!isDeepStrictEqual(before.claims, after.claims)) requireScope(caller, OF_CLAIMS);
  if (!isDeepStrictEqual(subjectsOf(before), subjectsOf(after))) requireScope(caller, OF_SUBJECTS);
}
