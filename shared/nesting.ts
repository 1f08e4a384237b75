/** Deepest nesting of a JSON value from outside; safe for recursive code. */
export const MAX_NESTING = 1_000;

/** Whether a value as JSON has it is nested more than {@link MAX_NESTING} levels deep; told without recursion. */
export function isNestedTooDeeply(value: unknown): boolean {
  const waiting: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth === MAX_NESTING) return true;
    const depth = next.depth + 1;
    for (const member of Object.values(next.value)) {
      if (typeof member === 'object' && member !== null) waiting.push({ value: member, depth });
    }
  }
  return false;
}
