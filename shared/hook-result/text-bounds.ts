import { MAX_NESTING } from '../nesting.ts';

/** Most members of all objects in a result: each costs more to take than to send. */
const MAX_MEMBERS = 2_500;

/** Most values next to others, scopes among them. */
const MAX_VALUES = 15_000;

/** Every level takes two characters, and a member more. */
const SHORTEST_UNBOUNDED = 2 * MAX_NESTING;

/**
 * What a JSON text is too much of, told without parsing it, which costs a hundred times as much.
 *
 * @param maxNesting Levels, at most {@link MAX_NESTING}.
 */
export function excessOf(text: string, maxNesting = MAX_NESTING): 'nested too deeply' | 'too many values' | undefined {
  if (text.length < Math.min(SHORTEST_UNBOUNDED, 2 * maxNesting)) return undefined;
  let [depth, members, values, inString] = [0, 0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    else if (character === ':') members++;
    else if (character === ',') values++;
    if (depth > maxNesting) return 'nested too deeply';
  }
  return members > MAX_MEMBERS || values > MAX_VALUES ? 'too many values' : undefined;
}

/** What is in every text with a number or a string that may not come through as it is; hardly any other has it. */
export const SUSPICIOUS = /\\ud[89a-f]|[:,[]\s*-?(?:0\b|[0-9.]*(?:[0-9]e|[0-9.]{16}))/i;
