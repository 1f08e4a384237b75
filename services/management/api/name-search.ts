import type { Filter } from 'mongodb';
import { liftTerms } from '../resources/logs/search/lift-terms.ts';
import { searchError } from '../resources/logs/search/search-error.ts';

/** Longest search, characters, and its terms: each costs a look into an index. */
export const MAX_NAME_SEARCH_LENGTH = 1_024;
const MAX_TERMS = 8;

/** Above every text that begins alike, in the order of a language. */
const HIGHEST_CHARACTER = '\uFFFF';

/**
 * The filter of a search by names, in the part of Lucene's syntax that Auth0's lists have: `name:bil*`, `name:"Billing"`, joined by OR.
 *
 * @param members By the names that the search has for them.
 * @throws {ApiError} 400 `invalid_query_string`
 */
export function filterOfNames(search: string, members: Readonly<Record<string, string>>): Filter<{ _id: string }> {
  const { logic, terms } = liftTerms(search);
  if (!/^t:\d+(?: OR t:\d+)*$/.test(logic)) throw searchError('a search by names is one term, or some joined by OR');
  if (terms.length > MAX_TERMS) throw searchError(`a search must have at most ${String(MAX_TERMS)} terms`);
  const any = terms.map(({ field, value }) => {
    const member = Object.hasOwn(members, field) ? members[field] : undefined;
    if (member === undefined) {
      const known = Object.keys(members).join(', ');
      throw searchError(`the field ${field.slice(0, 64)} cannot be searched; these can: ${known}`);
    }
    if (value.kind === 'exact') return { [member]: value.text };
    if (value.kind !== 'prefix' || value.text === '')
      throw searchError(`${field} is compared with a name, or with its beginning and *`);
    return { [member]: { $gte: value.text, $lt: value.text + HIGHEST_CHARACTER } };
  });
  return { $or: any };
}
