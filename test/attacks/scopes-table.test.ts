import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { z } from 'zod';
import type { Route } from '../../services/management/api/route.ts';
import { ROUTES } from '../../services/management/routes.ts';
import { ALONE, OPERATIONS, tablesOfScopes } from './scopes-table.ts';

// Whoever adds a scope, an operation or a member of a body says here what its caller can do with it.

type JsonSchema = { properties?: object; anyOf?: JsonSchema[]; oneOf?: JsonSchema[] };

/** Names of the members of a body; `*` where they are of the caller's choice. */
function membersOf({ body }: Route): string[] {
  if (body === undefined) return [];
  const schema = z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  const shapes = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap(
    ({ properties }) => properties ?? [],
  );
  return shapes.length === 0 ? ['*'] : [...new Set(shapes.flatMap((properties) => Object.keys(properties)))];
}

const acting = ROUTES.filter(({ method }) => method !== 'get');

test('each scope has its row, and there is no other', () => {
  assert.deepEqual(Object.keys(ALONE).sort(), [...new Set(ROUTES.flatMap(({ scopes }) => scopes))].sort());
});

test('each operation that does something says what its caller gains, and there is no other', () => {
  assert.deepEqual(Object.keys(OPERATIONS).sort(), acting.map(({ operationId }) => operationId).sort());
});

for (const route of acting) {
  test(`${route.operationId}: each member of the body says which scope it needs`, () => {
    const known = Object.values(OPERATIONS[route.operationId]?.members ?? {}).flat();
    assert.deepEqual([...known].sort(), membersOf(route).sort());
  });
}

test('SECURITY.md has the tables', () => {
  const security = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8');
  assert.ok(security.includes(tablesOfScopes()), `the tables are:\n\n${tablesOfScopes()}`);
});
