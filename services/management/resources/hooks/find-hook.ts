import { z } from 'zod';
import type { Hook } from '../../../../shared/domain/hook.ts';
import { hooksIn } from '../../../../shared/store/hooks.ts';
import { inexistent } from '../../api/api-error.ts';
import type { Deps } from '../../deps.ts';
import { HookId } from './schema.ts';

export const hookParams = z.strictObject({ id: HookId });

/** @throws {ApiError} 404 when there is none of the id; an Action is none. */
export async function findHook(id: string, { db }: Pick<Deps, 'db'>): Promise<Hook> {
  return aHook(await hooksIn(db).find(id));
}

/** @throws {ApiError} 404 */
export function aHook(found: Hook | undefined): Hook {
  if (found?.kind !== 'hook') throw inexistent('hook');
  return found;
}

/** The revision that is deployed; edits of what is deployed start from it. */
export const currentOf = (hook: Hook): string | null => aHook(hook).current_revision ?? hook.draft_revision;

/** The revision written last; drafts start from it. */
export const draftOf = (hook: Hook): string | null => aHook(hook).draft_revision ?? hook.current_revision;
