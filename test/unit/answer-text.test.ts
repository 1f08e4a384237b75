import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { answerText } from '../../services/management/api/answer-text.ts';
import { listOf, pageOf } from '../../services/management/api/paging.ts';
import { ResourceServerView } from '../../services/management/resources/resource-servers/schema.ts';
import { viewOf } from '../../services/management/resources/resource-servers/view.ts';
import { ResourceServer } from '../../shared/domain/resource-server.ts';

const Item = z.object({ id: z.string() });
const schema = listOf(Item, 'items');
const items = [{ id: 'a', other: 1 }, { id: '[]}$&' }];

test('lists have each shape, and of their items what the schema has', async () => {
  const text = '[{"id":"a"},{"id":"[]}$&"}]';
  assert.equal(await answerText(schema, items), text);
  assert.equal(await answerText(schema, []), '[]');
  const totals = await answerText(schema, { items, total: 7, start: 0, limit: 2 });
  assert.equal(totals, `{"start":0,"limit":2,"total":7,"items":${text}}`);
  assert.equal(await answerText(schema, { next: 'a', items }), `{"next":"a","items":${text}}`);
  assert.equal(await answerText(schema, { items: [] }), '{"items":[]}');
  assert.equal(await answerText(Item, items[0]), '{"id":"a"}');
  await assert.rejects(answerText(schema, [{ id: 1 }]), z.ZodError);
});

test('a page of many large items leaves turns to others', async () => {
  const api = ResourceServer.parse({
    id: 'api',
    identifier: 'https://api.example.com/',
    scopes: Array.from({ length: 1_000 }, (_, n) => ({
      value: `read:${String(n)}`,
      description: `Reads number ${String(n)}`,
    })),
    signing_alg: 'RS256',
    token_dialect: 'access_token',
    enforce_policies: false,
    token_lifetime_seconds: 60,
  });
  const apis = Array.from({ length: 100 }, () => api);
  const source = { list: () => Promise.resolve(apis), count: () => Promise.resolve(apis.length) };
  const page = await pageOf({ per_page: 100 }, 'resource_servers', source, viewOf);
  let turns = 0;
  let next = setImmediate(function turn() {
    turns++;
    next = setImmediate(turn);
  });
  const text = await answerText(listOf(ResourceServerView, 'resource_servers'), page);
  clearImmediate(next);
  assert.equal((JSON.parse(text) as unknown[]).length, 100);
  assert.ok(turns >= 3, `${String(turns)} turns`);
});
