import type { MemberSchema } from './accepted-members.ts';

type Members = Record<string, unknown>;

/** The members of a resource that hookmint takes, those it cannot store, and those that would be lost. */
export type Accepted = { taken: Members; notes: string[]; losses: string[] };

const MAX_TOLD_VALUE_LENGTH = 100;

/**
 * Takes what the API takes. A member that says something else than hookmint does is a loss: whoever set it relies on it. One that
 * only switches off what is not there is none.
 *
 * @param schema Of the operation's body; without one everything is taken.
 */
export function accepted(members: Members, schema: MemberSchema | undefined): Accepted {
  if (schema?.properties === undefined) return { taken: members, notes: [], losses: [] };
  const unknown = Object.keys(members).filter((name) => schema.properties?.[name] === undefined);
  const known = Object.fromEntries(Object.entries(members).filter(([name]) => !unknown.includes(name)));
  const losses: string[] = [];
  const taken = takenOf(known, schema, '', losses);
  const saysNothing = unknown.filter((name) => isOff(members[name]));
  return {
    taken: taken as Members,
    notes: saysNothing.length === 0 ? [] : [`hookmint cannot store: ${saysNothing.join(', ')}`],
    losses: [
      ...losses,
      ...unknown
        .filter((name) => !isOff(members[name]))
        .map((name) => `${name}: ${told(members[name])}; hookmint cannot store it`),
    ],
  };
}

/** The part of a value that is taken, `undefined` for none of it; what is not is noted with its path. */
function takenOf(value: unknown, schema: MemberSchema, path: string, losses: string[]): unknown {
  const shape = [schema, ...(schema.anyOf ?? [])].find(({ properties }) => properties !== undefined);
  if (shape !== undefined && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const members = Object.entries(value).map(([name, member]): [string, unknown] => {
      const below = path === '' ? name : `${path}.${name}`;
      const other = typeof shape.additionalProperties === 'object' ? shape.additionalProperties : {};
      return [name, takenOf(member, shape.properties?.[name] ?? other, below, losses)];
    });
    const taken = members.filter(([, member]) => member !== undefined);
    // What is left without a member that it needs says nothing.
    const isWhole =
      members.length === taken.length ||
      members.every(([name, member]) => member !== undefined || shape.required?.includes(name) !== true);
    return isWhole || path === '' ? Object.fromEntries(taken) : undefined;
  }
  if (mayBe(value, schema)) return value;
  if (value !== null) losses.push(`${path}: ${told(value)}; ${schema.description ?? 'hookmint does not support it'}`);
  return undefined;
}

/** Whether a value is one of those that the schema lists; what it says beyond that is for the API to refuse. */
function mayBe(value: unknown, schema: MemberSchema): boolean {
  if (schema.anyOf !== undefined) return schema.anyOf.some((one) => mayBe(value, one));
  if ('not' in schema && schema.not !== undefined) return false;
  if ('const' in schema && schema.const !== undefined) return value === schema.const;
  if (schema.enum !== undefined) return schema.enum.includes(value);
  if (schema.type === 'null') return value === null;
  if (schema.maxItems === 0) return Array.isArray(value) && value.length === 0;
  return value !== null || schema.type === undefined || [schema.type].flat().includes('null');
}

function isOff(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

export function told(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= MAX_TOLD_VALUE_LENGTH ? text : `${text.slice(0, MAX_TOLD_VALUE_LENGTH)}…`;
}
