import kebabCase from 'lodash/kebabCase.js';
import { z } from 'zod';
import { UsageError } from '../../shared/usage-error.ts';
import { namedPositions } from '../../hook-build/hook-file.ts';
import { ApiCallError, type ApiClient } from '../api-client.ts';

const RemoteHook = z.object({ id: z.string(), name: z.string(), enabled: z.boolean() });
export type RemoteHook = z.infer<typeof RemoteHook>;

const Entry = z.object({
  number: z.int(),
  revision: z.string(),
  created_at: z.string(),
  created_by: z.string().nullable(),
  current: z.boolean(),
  draft: z.boolean(),
  gradual: z.object({ state: z.string(), percent: z.int(), client_ids: z.int() }).optional(),
});
export type RevisionEntry = z.infer<typeof Entry>;

/** The file that a hook is made of, as far as its name tells: for positions in it. */
export function fileOf({ name }: RemoteHook): (ending: string) => string {
  return (ending) => `${name}.${ending}`;
}

/** Waits for an answer of the API; where it is a refusal, positions in it name the author's file. */
export async function naming<T>(fileOf: (ending: string) => string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiCallError) error.message = namedPositions(error.message, fileOf);
    throw error;
  }
}

const HOOKS_PER_PAGE = 100;
/** A server that has ever another page is none of hookmint's. */
const MAX_PAGES = 2_000;

/** The hooks of a running hookmint. */
export async function listHooks(api: ApiClient): Promise<RemoteHook[]> {
  const hooks: RemoteHook[] = [];
  for (let page = 0; page < MAX_PAGES; page++) {
    const path = `/hooks?fields=id,name,enabled&page=${String(page)}&per_page=${String(HOOKS_PER_PAGE)}`;
    const some = await api.read(z.array(RemoteHook), 'GET', path);
    hooks.push(...some);
    if (some.length < HOOKS_PER_PAGE) return hooks;
  }
  throw new UsageError(`${api.baseUrl} has more than ${String(MAX_PAGES)} pages of hooks.`);
}

/** The one of a name, which the service normalises. */
export async function findHook(api: ApiClient, name: string): Promise<RemoteHook | undefined> {
  return (await listHooks(api)).find((hook) => hook.name === kebabCase(name));
}

/** @throws {UsageError} when there is none. */
export async function theHook(api: ApiClient, name: string): Promise<RemoteHook> {
  const hook = await findHook(api, name);
  if (hook === undefined) throw new UsageError(`There is no hook "${name}". hookmint hook list shows all hooks.`);
  return hook;
}

/**
 * The hook of a text `NAME`, or `NAME@N` with the revision N of its history.
 *
 * @throws {UsageError} when there is none.
 */
export async function theHookAt(
  api: ApiClient,
  given: string,
): Promise<{ hook: RemoteHook; at: RevisionEntry | undefined }> {
  const [, name = given, number] = /^(.*)@([^@]*)$/.exec(given) ?? [];
  const hook = await theHook(api, name);
  return { hook, at: number === undefined ? undefined : numbered(await revisionsOf(api, hook), number) };
}

/** A hook's revisions, newest first. */
export async function revisionsOf(api: ApiClient, { id }: Pick<RemoteHook, 'id'>): Promise<RevisionEntry[]> {
  return (await api.read(z.object({ revisions: z.array(Entry) }), 'GET', `/hooks/${id}/revisions`)).revisions;
}

/** @throws {UsageError} One that names the numbers there are. */
export function numbered(revisions: RevisionEntry[], given: string): RevisionEntry {
  const found = revisions.find(({ number }) => String(number) === given);
  if (found !== undefined) return found;
  const numbers = revisions.map(({ number }) => number).join(', ');
  throw new UsageError(`There is no revision ${given}; the history has ${numbers}.`);
}

/** The revision that was made before the deployed one. */
export function before(revisions: RevisionEntry[]): RevisionEntry | undefined {
  const current = revisions.find((entry) => entry.current);
  return revisions.find(({ number }) => number < (current?.number ?? 0));
}
