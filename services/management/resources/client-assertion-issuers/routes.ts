import { z } from 'zod';
import { newClientId } from '../../../../shared/client-secret.ts';
import {
  MAX_CLIENT_ASSERTION_ISSUERS,
  MAX_SINGLE_USE_LIFETIME_SECONDS,
  type ClientAssertionIssuer,
} from '../../../../shared/domain/client-assertion-issuer.ts';
import { clientAssertionIssuersIn } from '../../../../shared/store/client-assertion-issuers.ts';
import { ApiError, conflict, inexistent, invalidBody } from '../../api/api-error.ts';
import { changeOf } from '../../api/change-of.ts';
import { reads, writes, type Route } from '../../api/route.ts';
import { keysOf, NO_KEYS } from './keys-of.ts';
import { CreateIssuer, IssuerView, UpdateIssuer } from './schema.ts';

const tag = 'client-assertion-issuers';
const path = '/client-assertion-issuers';
const collection = 'client_assertion_issuers';
const params = z.strictObject({ id: z.string().min(1).max(64) });

const list = reads({
  path,
  operationId: 'getClientAssertionIssuers',
  summary: 'Get trusted issuers of client assertions',
  tag,
  scopes: ['read:client_assertion_issuers'],
  status: 200,
  response: z.array(IssuerView),
  handle: async (_input, { db }) => [...(await clientAssertionIssuersIn(db).list())],
});

const get = reads({
  path: `${path}/{id}`,
  operationId: 'getClientAssertionIssuer',
  summary: 'Get a trusted issuer of client assertions',
  tag,
  scopes: ['read:client_assertion_issuers'],
  params,
  status: 200,
  response: IssuerView,
  errors: [404],
  handle: async ({ params: { id } }, { db }) => issuerOf(await clientAssertionIssuersIn(db).list(), id),
});

const create = writes('post', {
  path,
  operationId: 'createClientAssertionIssuer',
  summary: 'Create a trusted issuer of client assertions',
  tag,
  scopes: ['create:client_assertion_issuers'],
  body: CreateIssuer,
  status: 201,
  response: IssuerView,
  errors: [409],
  handle: async ({ body }, { db, audience }) => {
    // This service's own: its tokens are for APIs, and prove nothing of a client.
    if (audience.startsWith(body.issuer)) {
      throw invalidBody("'must be the issuer of others, not of hookmint' on property issuer.");
    }
    const made = checked({ id: `cai_${newClientId().slice(0, 22)}`, ...body, ...keysOf(body, NO_KEYS) });
    await clientAssertionIssuersIn(db).change((now) => {
      if (now.some(({ issuer }) => issuer === made.issuer)) {
        throw conflict('client_assertion_issuer_conflict', `The issuer ${made.issuer} is there already.`);
      }
      if (now.length >= MAX_CLIENT_ASSERTION_ISSUERS) {
        const most = String(MAX_CLIENT_ASSERTION_ISSUERS);
        throw new ApiError(400, 'limit_exceeded', `There are ${most} issuers, the maximum; delete one first.`);
      }
      return [...now, made];
    });
    return { answer: made, change: { collection, id: made.id, before: null, after: made } };
  },
});

const update = writes('patch', {
  path: `${path}/{id}`,
  operationId: 'updateClientAssertionIssuer',
  summary: 'Update a trusted issuer of client assertions',
  tag,
  scopes: ['update:client_assertion_issuers'],
  params,
  body: UpdateIssuer,
  status: 200,
  response: IssuerView,
  errors: [404, 409],
  handle: async ({ params: { id }, body }, { db }) => {
    const { before, after } = await clientAssertionIssuersIn(db).change((now) => {
      const before = issuerOf(now, id);
      const edited = checked({ ...before, ...defined(withoutKeys(body)), ...keysOf(body, before) });
      return now.map((one) => (one.id === id ? edited : one));
    });
    const view = (all: readonly ClientAssertionIssuer[]): ClientAssertionIssuer => issuerOf(all, id);
    return { answer: view(after), change: changeOf({ collection, id }, { before, after }, view) };
  },
});

const remove = writes('delete', {
  path: `${path}/{id}`,
  operationId: 'deleteClientAssertionIssuer',
  summary: 'Delete a trusted issuer of client assertions',
  tag,
  scopes: ['delete:client_assertion_issuers'],
  params,
  status: 204,
  handle: async ({ params: { id } }, { db }) => {
    const { before } = await clientAssertionIssuersIn(db).change((now) => now.filter((one) => one.id !== id));
    const gone = before.find((one) => one.id === id);
    return { answer: undefined, change: gone === undefined ? null : { collection, id, before: gone, after: null } };
  },
});

export const clientAssertionIssuerRoutes: readonly Route[] = [list, create, get, update, remove];

function issuerOf(all: readonly ClientAssertionIssuer[], id: string): ClientAssertionIssuer {
  const issuer = all.find((one) => one.id === id);
  if (issuer === undefined) throw inexistent('client assertion issuer');
  return issuer;
}

/** @throws {ApiError} 400 where a token would be forgotten while it is valid. */
function checked(issuer: ClientAssertionIssuer): ClientAssertionIssuer {
  const { single_use, max_lifetime_seconds } = issuer;
  if (issuer.jwks === null && issuer.jwks_uri === null && !issuer.issuer.startsWith('http')) {
    throw invalidBody("'is needed, or jwks, for an issuer that is no URL' on property jwks_uri.");
  }
  if (!single_use || max_lifetime_seconds <= MAX_SINGLE_USE_LIFETIME_SECONDS) return issuer;
  throw invalidBody(
    `'needs a max_lifetime_seconds of at most ${String(MAX_SINGLE_USE_LIFETIME_SECONDS)}' on property single_use.`,
  );
}

const withoutKeys = ({ jwks_uri: _uri, jwks: _set, ...rest }: UpdateIssuer): Omit<UpdateIssuer, 'jwks_uri' | 'jwks'> =>
  rest;

const defined = (body: Omit<UpdateIssuer, 'jwks_uri' | 'jwks'>): Partial<ClientAssertionIssuer> =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
