import { z } from 'zod';
import type { Route } from '../api/route.ts';

/** What of JSON Schema tells which members a value may have. */
export type Schema = {
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  description?: string;
};

/** Of an operation whose body is a list, or an object with names of the sender's choice. */
const WHOLE_BODY = '(body)';

/** Which resource an operation's body is of: its path without parameters, `clients/credentials`. */
export function resourceOf({ path }: Pick<Route, 'path'>): string {
  return path
    .split('/')
    .filter((part) => part !== '' && !part.startsWith('{'))
    .join('/');
}

/** Every field that a body may have, by its path: `client_metadata`, `scopes.value`, `flags.*` for flags of any other name. */
export function fieldsOf(body: z.ZodType): string[] {
  const fields = new Set<string>();
  visitFields(z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }) as Schema, (path) => fields.add(path));
  return [...fields];
}

/** Calls with each field that has no fields of its own. */
export function visitFields(schema: Schema, visit: (path: string, schema: Schema) => void, path = ''): void {
  const members = membersOf(schema, path);
  if (members.length === 0 && schema.additionalProperties === false) return;
  if (members.length === 0) visit(path === '' ? WHOLE_BODY : path, schema);
  for (const [name, member] of members) visitFields(member, visit, name);
}

function membersOf(schema: Schema, path: string): [path: string, member: Schema][] {
  const below = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const named = Object.entries(schema.properties ?? {}).map(([name, member]): [string, Schema] => [
    below(name),
    member,
  ]);
  const others = schema.additionalProperties;
  const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return [
    ...named,
    ...(named.length > 0 && typeof others === 'object' ? [[below('*'), others] as [string, Schema]] : []),
    ...[...parts, ...(schema.items === undefined ? [] : [schema.items])].flatMap((part) => membersOf(part, path)),
  ];
}
