import { z } from 'zod';
import { MAX_PAGE_ITEMS } from '../../api/paging.ts';
import { wholeNumber } from '../../api/query.ts';
import { DEFAULT_ACTION_PAGE_ITEMS } from './limits.ts';

/** Paging of the lists of Actions: always an object, with the requested page beside the items (contract §6). */
export const actionPageQuery = {
  page: wholeNumber(0, 1_000_000).optional(),
  per_page: wholeNumber(1, MAX_PAGE_ITEMS).optional(),
};
export type ActionPageQuery = { page?: number | undefined; per_page?: number | undefined };

export function actionPageOf(item: z.ZodType, plural: string) {
  return z.object({ [plural]: z.array(item), total: z.int(), page: z.int(), per_page: z.int() });
}

export function asPage({ page = 0, per_page = DEFAULT_ACTION_PAGE_ITEMS }: ActionPageQuery) {
  return { skip: page * per_page, limit: per_page, told: { page, per_page } };
}

/** One page of what is in memory. */
export function sliceOf<Item>(items: readonly Item[], query: ActionPageQuery) {
  const { skip, limit, told } = asPage(query);
  return { items: items.slice(skip, skip + limit), told: { total: items.length, ...told } };
}
