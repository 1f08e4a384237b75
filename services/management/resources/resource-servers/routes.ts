import { isDeepStrictEqual } from 'node:util';
import { ObjectId } from 'mongodb';
import { z } from 'zod';
import {
  DEFAULT_TOKEN_LIFETIME_SECONDS,
  MAX_IDENTIFIER_LENGTH,
  type ResourceServer,
} from '../../../../shared/domain/resource-server.ts';
import { clientGrantsIn } from '../../../../shared/store/client-grants.ts';
import { DuplicateError } from '../../../../shared/store/documents.ts';
import { resourceServersIn } from '../../../../shared/store/resource-servers.ts';
import { ApiError, conflict, inexistent } from '../../api/api-error.ts';
import { changeOf } from '../../api/change-of.ts';
import { newsIn } from '../../api/news-in.ts';
import { checkpointQuery, listOf, pageOf, pageQuery } from '../../api/paging.ts';
import { fieldsQuery, flag, repeatable, withFields } from '../../api/query.ts';
import { reads, writes, type Route } from '../../api/route.ts';
import { claimsAfter } from '../../api/static-claims.ts';
import type { Deps } from '../../deps.ts';
import { OPERATOR_API_ID } from '../../hosting/operator-api.ts';
import { CreateResourceServer, ResourceServerView, UpdateResourceServer } from './schema.ts';
import { viewOf } from './view.ts';

const tag = 'resource-servers';
const collection = 'resource_servers';
/** Its id, or its identifier in percent-encoding (contract §5.2). */
const params = z.strictObject({ id: z.string().min(1).max(MAX_IDENTIFIER_LENGTH) });

const list = reads({
  path: '/resource-servers',
  operationId: 'getResourceServers',
  summary: 'Get resource servers',
  tag,
  scopes: ['read:resource_servers'],
  query: z.strictObject({
    ...pageQuery,
    ...checkpointQuery,
    ...fieldsQuery,
    identifiers: repeatable(10).optional(),
    include_fields: flag.optional(),
  }),
  status: 200,
  response: listOf(ResourceServerView, 'resource_servers'),
  handle: ({ query }, { db }) => {
    const apis = resourceServersIn(db);
    const asked = query.identifiers === undefined ? {} : { identifier: { $in: query.identifiers } };
    const filter = { ...asked, _id: { $ne: OPERATOR_API_ID } };
    const source = {
      list: (page: { skip: number; limit: number }) => apis.list(filter, page),
      count: (limit: number) => apis.count(filter, { limit }),
      listAfter: (id: string | undefined, limit: number) =>
        apis.list({ $and: [filter, id === undefined ? {} : { _id: { $gt: id } }] }, { skip: 0, limit }),
      idOf: ({ id }: ResourceServer) => id,
    };
    return pageOf(query, 'resource_servers', source, viewOf);
  },
});

const get = reads({
  path: '/resource-servers/{id}',
  operationId: 'getResourceServer',
  summary: 'Get a resource server',
  tag,
  scopes: ['read:resource_servers'],
  params,
  query: z.strictObject(fieldsQuery),
  status: 200,
  response: ResourceServerView,
  errors: [404],
  handle: async ({ params: { id }, query }, deps) => withFields(viewOf(await findEither(id, deps)), query),
});

const create = writes('post', {
  path: '/resource-servers',
  operationId: 'createResourceServer',
  summary: 'Create a resource server',
  tag,
  scopes: ['create:resource_servers'],
  body: CreateResourceServer,
  status: 201,
  response: ResourceServerView,
  errors: [409],
  handle: async ({ body: { identifier, ...rest } }, { db }) => {
    const claims = await claimsAfter(rest.claims, null, { db });
    const fresh: ResourceServer = {
      id: new ObjectId().toHexString(),
      identifier,
      scopes: [],
      signing_alg: 'RS256',
      token_dialect: 'access_token',
      enforce_policies: false,
      token_lifetime_seconds: DEFAULT_TOKEN_LIFETIME_SECONDS,
      client_policy: 'require_client_grant',
      proof_of_possession: null,
      claims: null,
      is_system: false,
      profile: {},
    };
    try {
      const after = viewOf(await resourceServersIn(db).insert(edited(fresh, { ...rest, claims })));
      return { answer: after, change: { collection, id: fresh.id, before: null, after } };
    } catch (error) {
      if (!(error instanceof DuplicateError)) throw error;
      throw conflict('resource_server_conflict', `A resource server with the identifier ${identifier} exists already.`);
    }
  },
});

const update = writes('patch', {
  path: '/resource-servers/{id}',
  operationId: 'updateResourceServer',
  summary: 'Update a resource server',
  tag,
  scopes: ['update:resource_servers'],
  params,
  body: UpdateResourceServer,
  status: 200,
  response: ResourceServerView,
  errors: [404],
  handle: async ({ params: { id }, body }, deps) => {
    const { id: found } = refuseSystem(await findEither(id, deps));
    const changed = await resourceServersIn(deps.db).change(found, async (now) =>
      edited(now, { ...body, claims: await claimsAfter(body.claims, now.claims, deps) }),
    );
    if (changed === undefined) throw inexistent('resource server');
    return { answer: viewOf(changed.after), change: changeOf({ collection, id: found }, changed, viewOf) };
  },
});

const remove = writes('delete', {
  path: '/resource-servers/{id}',
  operationId: 'deleteResourceServer',
  summary: 'Delete a resource server',
  tag,
  scopes: ['delete:resource_servers'],
  params,
  status: 204,
  handle: async ({ params: { id } }, deps) => {
    const api = await findEither(id, deps).catch(nothingIfInexistent);
    if (api === undefined) return { answer: undefined, change: null };
    refuseSystem(api);
    const grants = clientGrantsIn(deps.db);
    // Before, so that a failure in between leaves none to an API that is gone, and to the next of its identifier; and after, since
    // whoever makes a grant looks for the API once more afterwards.
    await grants.removeAll({ audience: api.identifier });
    await resourceServersIn(deps.db).remove(api.id);
    await grants.removeAll({ audience: api.identifier });
    return { answer: undefined, change: { collection, id: api.id, before: viewOf(api), after: null } };
  },
});

export const resourceServerRoutes: readonly Route[] = [list, create, get, update, remove];

async function findEither(idOrIdentifier: string, { db }: Deps): Promise<ResourceServer> {
  const apis = resourceServersIn(db);
  const api = (await apis.find(idOrIdentifier)) ?? (await apis.findByIdentifier(idOrIdentifier));
  if (api === undefined || api.id === OPERATOR_API_ID) throw inexistent('resource server');
  return api;
}

function nothingIfInexistent(error: unknown): undefined {
  if (error instanceof ApiError && error.status === 404) return undefined;
  throw error;
}

function refuseSystem(api: ResourceServer): ResourceServer {
  if (!api.is_system) return api;
  throw new ApiError(400, 'operation_not_supported', 'The Management API itself can neither be changed nor deleted.');
}

function edited(api: ResourceServer, body: z.infer<typeof UpdateResourceServer>): ResourceServer {
  const { name, scopes, signing_alg, token_lifetime, token_dialect, enforce_policies, ...rest } = body;
  const {
    subject_type_authorization: subjects,
    proof_of_possession = api.proof_of_possession,
    claims = api.claims,
    ...profile
  } = rest;
  const shown = viewOf(api);
  return {
    ...api,
    ...(name === undefined ? {} : { name }),
    scopes: scopes ?? api.scopes,
    signing_alg: signing_alg ?? api.signing_alg,
    token_lifetime_seconds: token_lifetime ?? api.token_lifetime_seconds,
    token_dialect: token_dialect ?? api.token_dialect,
    enforce_policies: enforce_policies ?? api.enforce_policies,
    client_policy: subjects?.client?.policy ?? api.client_policy,
    proof_of_possession,
    claims,
    profile: {
      ...api.profile,
      ...newsIn(profile, shown),
      ...(subjects?.user === undefined || isDeepStrictEqual(subjects.user, shown.subject_type_authorization?.user)
        ? {}
        : { subject_type_authorization: { user: subjects.user } }),
    },
  };
}
