import { z } from 'zod';
import type { Hook } from '../../../../shared/domain/hook.ts';
import { hooksIn } from '../../../../shared/store/hooks.ts';
import { inexistent } from '../../api/api-error.ts';
import type { Deps } from '../../deps.ts';

export const ActionId = z.string().min(1).max(128);
export const actionParams = z.strictObject({ id: ActionId });

/** @throws {ApiError} 404 when there is none of the id; a hook is none. */
export async function findAction(id: string, { db }: Pick<Deps, 'db'>): Promise<Hook> {
  return anAction(await hooksIn(db).find(id));
}

/** @throws {ApiError} 404 */
export function anAction(found: Hook | undefined): Hook {
  if (found?.kind !== 'action') throw inexistent('action');
  return found;
}
