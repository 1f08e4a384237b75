import { z } from 'zod';
import type { Hook } from '../../../../shared/domain/hook.ts';
import { MAX_HOOK_SECRETS, openHookSecrets, type HookSecrets } from '../../../../shared/hook-secrets.ts';
import { hooksIn } from '../../../../shared/store/hooks.ts';
import { ApiError, conflict, invalidBody } from '../../api/api-error.ts';
import { reads, writes, type Route, type Written } from '../../api/route.ts';
import type { Deps } from '../../deps.ts';
import { withRevision } from '../../../../shared/domain/hook-history.ts';
import { reviseHook } from '../../hook-revisions/revise-hook.ts';
import { currentOf, findHook, hookParams as params } from './find-hook.ts';
import { SECRET_PLACEHOLDER, SecretNames, SecretsInput, SecretsView } from './schema.ts';

const tag = 'hooks';
const collection = 'hooks';
const path = '/hooks/{id}/secrets';

const get = reads({
  path,
  operationId: 'getHookSecrets',
  summary: "Get a hook's secrets",
  tag,
  scopes: ['read:hooks'],
  params,
  status: 200,
  response: SecretsView,
  errors: [404],
  handle: async ({ params: { id } }, deps) => {
    const hook = await findHook(id, deps);
    const names = await secretNamesOf(id, currentOf(hook), deps);
    return Object.fromEntries(names.map((name) => [name, SECRET_PLACEHOLDER]));
  },
});

const add = writes('post', {
  path,
  operationId: 'addHookSecrets',
  summary: 'Add secrets to a hook',
  tag,
  scopes: ['update:hooks'],
  params,
  body: SecretsInput,
  status: 201,
  response: z.object({}),
  errors: [404, 409],
  handle: ({ params: { id }, body, caller }, deps) =>
    changing(id, caller.id, deps, (now) => {
      const taken = Object.keys(body).find((name) => Object.hasOwn(now, name));
      if (taken !== undefined)
        throw conflict('hook_secret_conflict', `The hook has a secret ${taken} already; PATCH changes it.`);
      const next = { ...now, ...body };
      if (Object.keys(next).length <= MAX_HOOK_SECRETS) return next;
      throw invalidBody(`'A hook has at most ${String(MAX_HOOK_SECRETS)} secrets'.`);
    }),
});

const update = writes('patch', {
  path,
  operationId: 'updateHookSecrets',
  summary: "Update a hook's secrets",
  tag,
  scopes: ['update:hooks'],
  params,
  body: SecretsInput,
  status: 201,
  response: z.object({}),
  errors: [404],
  handle: ({ params: { id }, body, caller }, deps) =>
    changing(id, caller.id, deps, (now) => {
      const missing = Object.keys(body).find((name) => !Object.hasOwn(now, name));
      if (missing === undefined) return { ...now, ...body };
      throw new ApiError(404, 'inexistent_hook_secret', `The hook has no secret ${missing}; POST adds it.`);
    }),
});

const remove = writes('delete', {
  path,
  operationId: 'deleteHookSecrets',
  summary: 'Delete secrets of a hook',
  tag,
  scopes: ['delete:hooks', 'update:hooks'],
  params,
  body: SecretNames,
  status: 204,
  errors: [404],
  handle: async ({ params: { id }, body, caller }, deps) => {
    const removed = new Set(body);
    const written = await changing(id, caller.id, deps, (now) =>
      Object.fromEntries(Object.entries(now).filter(([name]) => !removed.has(name))),
    );
    return { ...written, answer: undefined };
  },
});

export const secretRoutes: readonly Route[] = [get, add, update, remove];

/** Names of the secrets of a revision. */
export async function secretNamesOf(
  hookId: string,
  revision: string | null,
  { db, hookSecretsKey }: Pick<Deps, 'db' | 'hookSecretsKey'>,
): Promise<string[]> {
  const sources = await hooksIn(db).findSources(revision === null ? [] : [revision]);
  const sealed = sources.get(revision ?? '')?.secrets ?? null;
  return sealed === null ? [] : Object.keys(await openHookSecrets(sealed, hookId, hookSecretsKey));
}

/** A change of secrets makes another revision, deployed at once. The audit event has their names. */
async function changing(
  id: string,
  clientId: string,
  deps: Deps,
  secrets: (now: HookSecrets) => HookSecrets,
): Promise<Written<Record<string, never>>> {
  const change = (now: Hook, revision: string): Hook => withRevision(now, revision, clientId);
  const { before, after } = await reviseHook(
    id,
    { from: currentOf, revision: { by: clientId, secrets }, change },
    deps,
  );
  if (before.current_revision === after.current_revision) return { answer: {}, change: null };
  const [namesBefore, namesAfter] = await Promise.all(
    [before, after].map((hook) => secretNamesOf(id, currentOf(hook), deps)),
  );
  const [was, is] = [
    { revision: before.current_revision, secrets: namesBefore },
    { revision: after.current_revision, secrets: namesAfter },
  ];
  return { answer: {}, change: { collection, id, before: was, after: is } };
}
