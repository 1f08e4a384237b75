import { z } from 'zod';
import { newClientId } from '../../../../shared/client-secret.ts';
import type { ClientGrant } from '../../../../shared/domain/client-grant.ts';
import { MAX_CLIENT_ID_LENGTH } from '../../../../shared/domain/client.ts';
import { MAX_IDENTIFIER_LENGTH, type ResourceServer } from '../../../../shared/domain/resource-server.ts';
import { clientGrantsIn } from '../../../../shared/store/client-grants.ts';
import { clientsIn } from '../../../../shared/store/clients.ts';
import { DuplicateError } from '../../../../shared/store/documents.ts';
import { resourceServersIn } from '../../../../shared/store/resource-servers.ts';
import { conflict, inexistent } from '../../api/api-error.ts';
import { changeOf } from '../../api/change-of.ts';
import { checkpointQuery, listOf, pageOf, pageQuery } from '../../api/paging.ts';
import { flag } from '../../api/query.ts';
import { reads, writes, type Route } from '../../api/route.ts';
import { claimsAfter } from '../../api/static-claims.ts';
import { administers, besideWaysIn, lastAdministrator } from '../../auth/ways-in.ts';
import type { Deps } from '../../deps.ts';
import { OPERATOR_API_ID, OPERATOR_GRANT_ID } from '../../hosting/operator-api.ts';
import { editedGrant } from './edit.ts';
import { ClientGrantView, CreateClientGrant, UpdateClientGrant } from './schema.ts';
import { viewOf } from './view.ts';

const tag = 'client-grants';
const collection = 'client_grants';
const params = z.strictObject({ id: z.string().min(1).max(255) });

const list = reads({
  path: '/client-grants',
  operationId: 'getClientGrants',
  summary: 'Get client grants',
  tag,
  scopes: ['read:client_grants'],
  query: z.strictObject({
    ...pageQuery,
    ...checkpointQuery,
    audience: z.string().max(MAX_IDENTIFIER_LENGTH).optional(),
    client_id: z.string().max(MAX_CLIENT_ID_LENGTH).optional(),
    allow_any_organization: flag.optional(),
    subject_type: z.enum(['client', 'user']).optional(),
    default_for: z.enum(['third_party_clients']).optional(),
  }),
  status: 200,
  response: listOf(ClientGrantView, 'client_grants'),
  handle: ({ query }, { db }) => {
    const grants = clientGrantsIn(db);
    const { audience, client_id, allow_any_organization } = query;
    // Every grant is of one client, and for itself.
    const none = query.subject_type === 'user' || query.default_for !== undefined;
    const filter = {
      ...(audience === undefined ? {} : { audience }),
      ...(client_id === undefined ? {} : { client_id }),
      ...(allow_any_organization === undefined
        ? {}
        : { 'profile.allow_any_organization': allow_any_organization ? true : { $ne: true } }),
      _id: none ? { $in: [] } : { $ne: OPERATOR_GRANT_ID },
    };
    const source = {
      list: (page: { skip: number; limit: number }) => grants.list(filter, page),
      count: (limit: number) => grants.count(filter, { limit }),
      listAfter: (id: string | undefined, limit: number) =>
        grants.list({ $and: [filter, id === undefined ? {} : { _id: { $gt: id } }] }, { skip: 0, limit }),
      idOf: ({ id }: ClientGrant) => id,
    };
    return pageOf(query, 'client_grants', source, viewOf);
  },
});

const get = reads({
  path: '/client-grants/{id}',
  operationId: 'getClientGrant',
  summary: 'Get a client grant',
  tag,
  scopes: ['read:client_grants'],
  params,
  status: 200,
  response: ClientGrantView,
  errors: [404],
  handle: async ({ params: { id } }, { db }) => {
    const grant = await clientGrantsIn(db).find(id);
    if (grant === undefined || grant.id === OPERATOR_GRANT_ID) throw inexistent('client grant');
    return viewOf(grant);
  },
});

const create = writes('post', {
  path: '/client-grants',
  operationId: 'createClientGrant',
  summary: 'Create a client grant',
  tag,
  scopes: ['create:client_grants'],
  body: CreateClientGrant,
  status: 201,
  response: ClientGrantView,
  errors: [404, 409],
  handle: async ({ body }, deps) => {
    const { client_id, audience, subject_type, ...rest } = body;
    const api = await bothEnds(client_id, audience, deps);
    const fresh: ClientGrant = {
      id: `cgr_${newClientId().slice(0, 16)}`,
      client_id,
      audience,
      scope: [],
      allow_all_scopes: false,
      claims: null,
      tokens_revoked_until_ms: null,
      profile: subject_type === undefined ? {} : { subject_type },
    };
    const grants = clientGrantsIn(deps.db);
    const grant = editedGrant(fresh, { ...rest, claims: await claimsAfter(rest.claims, null, deps) }, api);
    try {
      await grants.insert({ ...grant, created_at_ms: Date.now() });
    } catch (error) {
      if (!(error instanceof DuplicateError)) throw error;
      throw conflict('client_grant_conflict', `The client ${client_id} has a grant for ${audience} already.`);
    }
    // Whoever deletes an API or a client removes its grants afterwards; one that was made in between goes here.
    await bothEnds(client_id, audience, deps).catch(async (error: unknown) => {
      await grants.remove(grant.id);
      throw error;
    });
    const after = viewOf(grant);
    return { answer: after, change: { collection, id: grant.id, before: null, after } };
  },
});

const update = writes('patch', {
  path: '/client-grants/{id}',
  operationId: 'updateClientGrant',
  summary: 'Update a client grant',
  tag,
  scopes: ['update:client_grants'],
  params,
  body: UpdateClientGrant,
  status: 200,
  response: ClientGrantView,
  errors: [404, 409],
  handle: async ({ params: { id }, body }, deps) => {
    if (id === OPERATOR_GRANT_ID) throw inexistent('client grant');
    const apis = resourceServersIn(deps.db);
    const changed = await writing(id, deps, (refuseLoss) =>
      clientGrantsIn(deps.db).change(id, async (now) => {
        const claims = await claimsAfter(body.claims, now.claims, deps);
        const after = editedGrant(now, { ...body, claims }, await apis.findByIdentifier(now.audience));
        if (!administers(after)) refuseLoss();
        return after;
      }),
    );
    if (changed === undefined) throw inexistent('client grant');
    return { answer: viewOf(changed.after), change: changeOf({ collection, id }, changed, viewOf) };
  },
});

const remove = writes('delete', {
  path: '/client-grants/{id}',
  operationId: 'deleteClientGrant',
  summary: 'Delete a client grant',
  tag,
  scopes: ['delete:client_grants'],
  params,
  status: 204,
  errors: [409],
  handle: async ({ params: { id } }, deps) => {
    if (id === OPERATOR_GRANT_ID) return { answer: undefined, change: null };
    const grant = await writing(id, deps, (refuseLoss) => {
      refuseLoss();
      return clientGrantsIn(deps.db).remove(id);
    });
    if (grant === undefined) return { answer: undefined, change: null };
    return { answer: undefined, change: { collection, id, before: viewOf(grant), after: null } };
  },
});

export const clientGrantRoutes: readonly Route[] = [list, create, get, update, remove];

/** The API of a grant whose client is there too. */
async function bothEnds(clientId: string, audience: string, { db }: Deps): Promise<ResourceServer> {
  const [client, api] = await Promise.all([
    clientsIn(db).find(clientId),
    resourceServersIn(db).findByIdentifier(audience),
  ]);
  if (client === undefined) throw inexistent('client');
  if (api === undefined || api.id === OPERATOR_API_ID) throw inexistent('resource server');
  return api;
}

/** A write to a grant. Its argument throws 409 if the grant is the last that allows administration of this API. */
async function writing<T>(id: string, deps: Deps, write: (refuseLoss: () => void) => Promise<T>): Promise<T> {
  const grant = await clientGrantsIn(deps.db).find(id);
  if (grant?.audience !== deps.audience) return write(() => undefined);
  return besideWaysIn(grant.client_id, deps, (isLast) =>
    write(() => {
      if (isLast) throw lastAdministrator(grant.client_id);
    }),
  );
}
