import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ACCEPTED_FIELDS } from '../../services/management/accepted-fields/accepted-fields.ts';
import { fieldsOf, resourceOf } from '../../services/management/accepted-fields/fields-of.ts';
import { ROUTES } from '../../services/management/routes.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const inTable = Object.entries(ACCEPTED_FIELDS).flatMap(([resource, fields]) =>
  Object.entries(fields).map(([path, field]) => ({ name: `${resource} ${path}`, ...field })),
);

/** Titles of the tests in a file, as they are in its text. */
function titlesIn(file: string): Set<string> {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const classes = [...text.matchAll(/\bconst (\w+) = attackClass\(/g)].map(([, name = '']) => name);
  const named = new RegExp(
    `\\b(?:${['it', 'test', ...classes].join('|')})\\(\\s*(['"\`])((?:\\\\.|(?!\\1).)*)\\1`,
    'gs',
  );
  return new Set([...text.matchAll(named)].map(([, , title = '']) => title.replaceAll(/\\(['"`])/g, '$1')));
}

describe('every field that the Management API takes', () => {
  it('is in the table of accepted fields, and nothing else is', () => {
    const accepted = ROUTES.flatMap((route) =>
      route.body === undefined ? [] : fieldsOf(route.body).map((path) => `${resourceOf(route)} ${path}`),
    );
    assert(accepted.length > 200);
    assert.deepEqual(inTable.map(({ name }) => name).sort(), [...new Set(accepted)].sort());
  });

  it('has a test that shows what it does', () => {
    const titles = new Map<string, Set<string>>();
    const without = inTable.filter(({ shownBy }) => {
      const [, file = '', title = ''] = /^(\S+\.test\.ts): (.+)$/.exec(shownBy) ?? [];
      if (!existsSync(join(ROOT, file))) return true;
      const known = titles.get(file) ?? titlesIn(file);
      titles.set(file, known);
      return !known.has(title);
    });
    assert.deepEqual([...new Set(without.map(({ shownBy }) => shownBy))], []);
  });

  it('says what it does in a sentence', () => {
    assert.deepEqual(
      inTable.filter(({ does }) => !/^[A-Za-z0-9].*\.$/.test(does)).map(({ name }) => name),
      [],
    );
  });
});

it('a field is found wherever a schema has it', () => {
  const body = z.union([
    z.strictObject({ a: z.string(), b: z.array(z.strictObject({ c: z.int() })).nullable() }),
    z.strictObject({
      d: z.record(z.string(), z.unknown()),
      e: z.object({ f: z.boolean() }).catchall(z.literal(false)),
    }),
  ]);
  assert.deepEqual(fieldsOf(body), ['a', 'b.c', 'd', 'e.f', 'e.*']);
  assert.deepEqual(fieldsOf(z.array(z.string())), ['(body)']);
  assert.deepEqual(fieldsOf(z.strictObject({})), []);
});
