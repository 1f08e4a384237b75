import { z } from 'zod';
import { MAX_CLIENT_ID_LENGTH, type Client } from '../../../../shared/domain/client.ts';
import { clientsIn } from '../../../../shared/store/clients.ts';
import { inexistent } from '../../api/api-error.ts';
import { changeOf } from '../../api/change-of.ts';
import { reads, writes, type Caller, type Route } from '../../api/route.ts';
import { besideWaysIn, refuseLostWayIn } from '../../auth/ways-in.ts';
import type { Deps } from '../../deps.ts';
import {
  credentialsOf,
  inFuture,
  newCredential,
  withChanged,
  withCredential,
  withoutCredential,
  type AnyCredential,
} from './edit.ts';
import { CreateCredential, CredentialView, UpdateCredential } from './schema.ts';
import { viewOf } from './view.ts';

const tag = 'clients';
/** Credentials are kept in the document of their client. */
const collection = 'clients';
const ofClient = z.strictObject({ client_id: z.string().min(1).max(MAX_CLIENT_ID_LENGTH) });
const params = ofClient.extend({ credential_id: z.string().min(1).max(64) });

const list = reads({
  path: '/clients/{client_id}/credentials',
  operationId: 'getCredentials',
  summary: 'Get client credentials',
  tag,
  scopes: ['read:client_credentials'],
  params: ofClient,
  status: 200,
  response: z.array(CredentialView),
  errors: [404],
  handle: async ({ params: { client_id } }, deps) => credentialsOf(await clientOf(client_id, deps)).map(viewOf),
});

const get = reads({
  path: '/clients/{client_id}/credentials/{credential_id}',
  operationId: 'getCredential',
  summary: 'Get a client credential',
  tag,
  scopes: ['read:client_credentials'],
  params,
  status: 200,
  response: CredentialView,
  errors: [404],
  handle: async ({ params: { client_id, credential_id } }, deps) =>
    viewOf(credentialOf(await clientOf(client_id, deps), credential_id)),
});

const create = writes('post', {
  path: '/clients/{client_id}/credentials',
  operationId: 'createCredential',
  summary: 'Create a client credential',
  tag,
  scopes: ['create:client_credentials'],
  params: ofClient,
  body: CreateCredential,
  status: 201,
  response: CredentialView,
  errors: [404, 409],
  handle: async ({ params: { client_id }, body, caller }, deps) => {
    const credential = await newCredential(body);
    await change(client_id, caller, deps, (now) => withCredential(now, credential));
    const after = viewOf(credential);
    return { answer: after, change: { collection, id: client_id, before: null, after } };
  },
});

const update = writes('patch', {
  path: '/clients/{client_id}/credentials/{credential_id}',
  operationId: 'updateCredential',
  summary: 'Update a client credential',
  tag,
  scopes: ['update:client_credentials'],
  params,
  body: UpdateCredential,
  status: 200,
  response: CredentialView,
  errors: [404, 409],
  handle: async ({ params: { client_id, credential_id }, body: { expires_at }, caller }, deps) => {
    if (expires_at === undefined) {
      const view = viewOf(credentialOf(await clientOf(client_id, deps), credential_id));
      return { answer: view, change: null };
    }
    const news = { expires_at_ms: inFuture(expires_at), updated_at_ms: Date.now() };
    const changed = await change(client_id, caller, deps, (now) =>
      withChanged(now, credentialOf(now, credential_id).id, news),
    );
    const view = (client: Client) => viewOf(credentialOf(client, credential_id));
    return { answer: view(changed.after), change: changeOf({ collection, id: client_id }, changed, view) };
  },
});

const remove = writes('delete', {
  path: '/clients/{client_id}/credentials/{credential_id}',
  operationId: 'deleteCredential',
  summary: 'Delete a client credential',
  tag,
  scopes: ['delete:client_credentials'],
  params,
  status: 204,
  errors: [404, 409],
  handle: async ({ params: { client_id, credential_id }, caller }, deps) => {
    const changed = await change(client_id, caller, deps, (now) =>
      withoutCredential(now, credentialOf(now, credential_id).id),
    );
    const before = viewOf(credentialOf(changed.before, credential_id));
    return { answer: undefined, change: { collection, id: client_id, before, after: null } };
  },
});

export const clientCredentialRoutes: readonly Route[] = [list, create, get, update, remove];

async function clientOf(clientId: string, { db }: Deps): Promise<Client> {
  const client = await clientsIn(db).find(clientId);
  if (client === undefined) throw inexistent('client');
  return client;
}

function credentialOf(client: Client, id: string): AnyCredential {
  const credential = credentialsOf(client).find((one) => one.id === id);
  if (credential === undefined) throw inexistent('client credential');
  return credential;
}

async function change(clientId: string, caller: Caller, deps: Deps, edit: (now: Client) => Client) {
  const changed = await besideWaysIn(clientId, deps, (isLast) =>
    clientsIn(deps.db).change(clientId, (before) => {
      const after = edit(before);
      if (isLast) refuseLostWayIn({ before, after }, caller);
      return after;
    }),
  );
  if (changed === undefined) throw inexistent('client');
  return changed;
}
