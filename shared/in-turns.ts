import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long one turn of the event loop works on items: whoever else has something to do waits no longer. */
const TURN_MS = 8;

/** Maps many items, or large ones, a few of them in each turn of the event loop. */
export async function mapInTurns<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  map: (item: Item) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  let beganMs = performance.now();
  for await (const item of items) {
    if (performance.now() - beganMs > TURN_MS) {
      await nextTurn();
      beganMs = performance.now();
    }
    results.push(map(item));
  }
  return results;
}
