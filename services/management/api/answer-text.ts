import type { z } from 'zod';
import { mapInTurns } from '../../../shared/in-turns.ts';
import { itemsOfList } from './paging.ts';

/**
 * JSON text of an answer, checked by its schema. That of a list is made item by item, and lets others come in between: a page may hold 100 APIs
 * of 1,000 scopes.
 */
export async function answerText(schema: z.ZodType, answer: unknown): Promise<string> {
  const list = itemsOfList(schema, answer);
  if (list === undefined) return JSON.stringify(schema.parse(answer));
  const texts = await mapInTurns(list.items, (item) => JSON.stringify(list.item.parse(item)));
  const items = `[${texts.join(',')}]`;
  if (list.plural === undefined) return items;
  const frame = schema.parse({ ...(answer as object), [list.plural]: [] }) as object;
  // The list is the last member.
  return JSON.stringify(frame).replace(/\[\]\}$/, () => `${items}}`);
}
