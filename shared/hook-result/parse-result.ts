import { MAX_NESTING } from '../nesting.ts';
import { OAuthError } from '../oauth-error.ts';

/** The text of a hook's result, as values. */
export type ParsedResult = {
  members: object;
  /**
   * Whether a part of it is something else than its text says, or may be to the next who reads it: a number that is not the number of
   * its text (`1e999`, `-0`, too many digits), or a text or name with half a surrogate pair (RFC 7493 §2.1, §2.2).
   */
  isChanged: (part: unknown) => boolean;
};

/** Most members of all objects in a result: each costs more to take than to send. */
const MAX_MEMBERS = 2_500;

/** Most values next to others, scopes among them. */
const MAX_VALUES = 15_000;

/** Every level takes two characters, and a member more. */
const SHORTEST_UNBOUNDED = 2 * MAX_NESTING;

/** What is in every text with a number or a string that may not come through as it is; hardly any other has it. */
const SUSPICIOUS = /\\ud[89a-f]|[:,[]\s*-?(?:0\b|[0-9.]*(?:[0-9]e|[0-9.]{16}))/i;

/**
 * @param text JSON text as the hook's isolate gave it.
 * @throws {OAuthError} `server_error` when it is not a JSON object, is nested deeper than {@link MAX_NESTING}, or has too many values.
 */
export function parseResult(text: string): ParsedResult {
  if (text.length >= SHORTEST_UNBOUNDED) refuseUnbounded(text);
  const members = parsedObject(text);
  if (!SUSPICIOUS.test(text)) return { members, isChanged: () => false };
  return { members: JSON.parse(text, markChanged) as object, isChanged };
}

function parsedObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Answered like any other result that is not an object.
  }
  throw new OAuthError(500, 'server_error', 'The result of the extension point is not an object');
}

/** Looks at the text, which costs a hundredth of what it costs to parse it. */
function refuseUnbounded(text: string): void {
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
    if (depth > MAX_NESTING) {
      throw new OAuthError(500, 'server_error', 'The result of the extension point is nested too deeply');
    }
  }
  if (members > MAX_MEMBERS || values > MAX_VALUES) {
    throw new OAuthError(500, 'server_error', 'The result of the extension point has too many values');
  }
}

/** In the place of a number that is not the one of its text. */
const CHANGED = Symbol('changed');

function markChanged(_name: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' && !isExact(value, context?.source ?? '') ? CHANGED : value;
}

function isExact(value: number, source: string): boolean {
  if (!Number.isFinite(value) || Object.is(value, -0)) return false;
  const text = String(value);
  return text === source || digitsOf(text) === digitsOf(source);
}

/** Those that count, without sign, point and exponent. */
function digitsOf(number: string): string {
  return number
    .replace(/e.*$/i, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '')
    .replace(/(?<!0)0+$/, '');
}

/** Nested no deeper than {@link MAX_NESTING}. */
function isChanged(part: unknown): boolean {
  if (part === CHANGED) return true;
  if (typeof part === 'string') return !part.isWellFormed();
  if (typeof part !== 'object' || part === null) return false;
  if (Array.isArray(part)) return part.some(isChanged);
  return Object.entries(part).some(([name, member]) => !name.isWellFormed() || isChanged(member));
}
