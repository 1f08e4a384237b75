import { MAX_NESTING } from '../../../shared/nesting.ts';
import { invalidBody } from './api-error.ts';

/** Most values in a body: an API's 1,000 scopes are 3,000. What is wrong with each is noted, which costs more than to read it. */
const MAX_VALUES = 10_000;

/**
 * Names that mean something to those who keep a body, whatever is under them: to JavaScript, and to MongoDB's library, which writes an object
 * with a `_bsontype`, and reads one with a `$ref`, as a type of its own, so that the document could not be read any more.
 */
const KEPT_NAMES = ['__proto__', '_bsontype', '$ref'];

/**
 * Looks at the shape of a body before anything else does.
 *
 * @throws {ApiError} 400 for more values, or deeper ones, than any operation takes, and for a member that none would keep.
 */
export function refuseUnbounded(body: unknown): void {
  const waiting: { value: unknown; depth: number }[] = [{ value: body, depth: 0 }];
  let values = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth === MAX_NESTING) throw invalidBody(`'the body is nested more than ${String(MAX_NESTING)} levels deep'.`);
    const kept = KEPT_NAMES.find((name) => Object.hasOwn(value, name));
    if (kept !== undefined) throw invalidBody(`'no member can have the name ${kept}'.`);
    const members: unknown[] = Object.values(value);
    values += members.length;
    if (values > MAX_VALUES) throw invalidBody(`'the body has more than ${String(MAX_VALUES)} values in it'.`);
    for (const member of members) waiting.push({ value: member, depth: depth + 1 });
  }
}
