import { z } from 'zod';
import { mapInTurns } from '../../../shared/in-turns.ts';
import { ApiError } from './api-error.ts';
import { flag, withFields, wholeNumber, type FieldsQuery } from './query.ts';

/** Most items of one page (contract §5), and the default. */
export const MAX_PAGE_ITEMS = 100;
export const DEFAULT_PAGE_ITEMS = 50;

/** How far pages by number go, and counts with them: to get there MongoDB reads all that comes before. A checkpoint costs the same everywhere. */
const MAX_PAGED_ITEMS = 50_000;

/** Paging by number: a bare array, or with `include_totals` an object that has it as its one array. */
export const pageQuery = {
  page: wholeNumber(0, 10_000_000).optional(),
  per_page: wholeNumber(0, MAX_PAGE_ITEMS).optional(),
  include_totals: flag.optional(),
};

/** Paging by checkpoint: `from` is what the answer before called `next`. */
export const checkpointQuery = {
  from: z.string().max(1_024).optional(),
  take: wholeNumber(1, MAX_PAGE_ITEMS).optional(),
};

export type PageQuery = {
  page?: number | undefined;
  per_page?: number | undefined;
  include_totals?: boolean | undefined;
};
export type CheckpointQuery = { from?: string | undefined; take?: number | undefined };

/** What the schemas of lists are made of. */
const LISTS = new WeakMap<z.ZodType, { item: z.ZodType; plural: string }>();

/** All shapes that a list may have. */
export function listOf(item: z.ZodType, plural: string) {
  const list = z.union([
    z.array(item),
    z.object({ start: z.int(), limit: z.int(), total: z.int(), [plural]: z.array(item) }),
    z.object({ next: z.string().optional(), [plural]: z.array(item) }),
  ]);
  LISTS.set(list, { item, plural });
  return list;
}

/** The items of an answer whose schema {@link listOf} has made, their schema, and the member that has them, if not the answer itself. */
export function itemsOfList(
  schema: z.ZodType,
  answer: unknown,
): { items: readonly unknown[]; item: z.ZodType; plural?: string } | undefined {
  const list = LISTS.get(schema);
  if (list === undefined) return undefined;
  const { item, plural } = list;
  return Array.isArray(answer)
    ? { items: answer, item }
    : { items: (answer as Record<string, unknown[]>)[plural] ?? [], item, plural };
}

type Source<Item> = {
  list: (page: { skip: number; limit: number }) => Promise<Item[]>;
  /** How many there are; it need not count further than so many. */
  count: (limit: number) => Promise<number>;
  /** In the order of ids, only those after one. */
  listAfter?: (id: string | undefined, limit: number) => Promise<Item[]>;
  idOf?: (item: Item) => string;
};

/**
 * One page of a list in the shape that was asked for.
 *
 * @param unpagedItems Items of an answer to a request that asks for no page at all.
 * @param maxItems How far pages by number go.
 */
export async function pageOf<Item>(
  query: PageQuery & CheckpointQuery & FieldsQuery,
  plural: string,
  source: Source<Item>,
  toView: (item: Item) => object,
  { unpagedItems = DEFAULT_PAGE_ITEMS, maxItems = MAX_PAGED_ITEMS } = {},
): Promise<unknown> {
  const view = (item: Item): object => withFields(toView(item), query);
  const byCheckpoint = query.from !== undefined || query.take !== undefined;
  if (byCheckpoint && source.listAfter !== undefined) {
    if (query.page !== undefined || query.per_page !== undefined) {
      throw new ApiError(
        400,
        'invalid_query_string',
        "Query validation error: 'Use from and take, or page and per_page, not both'.",
      );
    }
    return checkpointPage(query, plural, source, view);
  }
  const limit = query.per_page ?? (query.page === undefined ? unpagedItems : DEFAULT_PAGE_ITEMS);
  const start = (query.page ?? 0) * limit;
  if (start + limit > maxItems) {
    throw new ApiError(
      400,
      'invalid_query_string',
      `Query validation error: 'Pages end after ${String(maxItems)} ${plural}; use from and take'.`,
    );
  }
  // MongoDB takes a limit of 0 for none.
  const items = limit === 0 ? [] : await mapInTurns(await source.list({ skip: start, limit }), view);
  if (query.include_totals !== true) return items;
  return { start, limit, total: await source.count(maxItems), [plural]: items };
}

async function checkpointPage<Item>(
  { from, take = DEFAULT_PAGE_ITEMS }: CheckpointQuery,
  plural: string,
  { listAfter, idOf }: Source<Item>,
  view: (item: Item) => object,
): Promise<unknown> {
  const items = (await listAfter?.(from, take + 1)) ?? [];
  const page = items.slice(0, take);
  const last = page.at(-1);
  const next = items.length > take && last !== undefined ? { next: idOf?.(last) } : {};
  return { ...next, [plural]: await mapInTurns(page, view) };
}
