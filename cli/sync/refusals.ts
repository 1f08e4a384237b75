import { z } from 'zod';
import type { MemberSchema } from './accepted-members.ts';
import { told } from './losses.ts';
import { refuse, type Step } from './step.ts';

/** Most reasons that are told of one resource: whoever wrote the files has them all in front of them. */
const MAX_TOLD = 10;
/** Members whose values are never shown. */
const SECRET = new Set<PropertyKey>(['client_secret', 'secrets']);

type Members = Record<string, unknown>;

/**
 * The step, or in its place one that says why hookmint would refuse it, by the API's own description: each reason begins with the member's path.
 *
 * @param body What the step would send.
 * @param schema Of the operation's body; without one nothing is known.
 */
export function unlessRefused(one: Step, body: Members, schema: MemberSchema | undefined): Step {
  if (schema === undefined) return one;
  const { error } = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(body);
  const reasons = (error?.issues ?? []).slice(0, MAX_TOLD).map(({ path, message }) => {
    const value = path.some((part) => SECRET.has(part)) ? undefined : valueAt(body, path);
    return `${path.join('.')}: ${value === undefined ? '' : `${told(value)}; `}hookmint refuses it: ${message}`;
  });
  return reasons.length === 0 ? one : refuse(one, reasons);
}

function valueAt(body: Members, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part], body);
}
