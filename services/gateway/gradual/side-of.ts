import { createHash } from 'node:crypto';
import type { GradualDeployment, HookRule } from '../../../shared/domain/gradual-deployment.ts';
import type { HookOutcome } from '../../../shared/domain/hook-outcome.ts';
import type { EnabledHook } from '../../../shared/domain/hook.ts';

/** How a run ended, and how much of its result was left out. */
export type CountedRun = { outcome: HookOutcome; dropped: number; isFailed: boolean };

/** A hook with the revision that shapes this token; `side` while a gradual deployment is on. */
export type ShapingHook = Pick<EnabledHook, 'id' | 'name' | 'revision' | 'shadow'> & {
  side?: { rule: HookRule; percent?: number; count: (run: CountedRun) => void };
};

export const hasSides = ({ gradual }: EnabledHook): boolean => gradual !== undefined;

/** What of a run says by which rule its revision was chosen. */
export function ruleOf({ side }: ShapingHook): { rule?: HookRule; percent?: number } {
  if (side === undefined) return {};
  return { rule: side.rule, ...(side.percent === undefined ? {} : { percent: side.percent }) };
}

/**
 * By which rule a client's tokens are shaped. A client that the new revision shapes is shaped by it as long as the share does not shrink, at
 * every gateway; other hooks have other clients first.
 */
export function sideOf(
  hookId: string,
  { percent, client_ids }: Pick<GradualDeployment, 'percent' | 'client_ids'>,
  clientId: string,
): HookRule {
  if (client_ids.includes(clientId)) return 'client';
  return placeOf(hookId, clientId) < percent ? 'percent' : 'deployed';
}

const PLACES = 2 ** 32;

/** A client's place among all, 0 to 100, evenly spread. */
function placeOf(hookId: string, clientId: string): number {
  const hash = createHash('sha256')
    .update(JSON.stringify([hookId, clientId]))
    .digest();
  return (hash.readUInt32BE() / PLACES) * 100;
}
