import { OAuthError } from '../oauth-error.ts';
import { excessOf, SUSPICIOUS } from './text-bounds.ts';

/** The text of a hook's result, as values. */
export type ParsedResult = {
  members: object;
  /**
   * Whether a part of it is something else than its text says, or may be to the next who reads it: a number that is not the number of
   * its text (`1e999`, `-0`, too many digits), or a text or name with half a surrogate pair (RFC 7493 §2.1, §2.2).
   */
  isChanged: (part: unknown) => boolean;
};

/**
 * @param text JSON text as the hook's isolate gave it.
 * @throws {OAuthError} `server_error` when it is not a JSON object, is nested too deeply, or has too many values.
 */
export function parseResult(text: string): ParsedResult {
  const excess = excessOf(text);
  if (excess !== undefined) {
    throw new OAuthError(500, 'server_error', `The result of the extension point ${EXCESS[excess]}`);
  }
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

const EXCESS = { 'nested too deeply': 'is nested too deeply', 'too many values': 'has too many values' };

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

/** Nested no deeper than MAX_NESTING. */
function isChanged(part: unknown): boolean {
  if (part === CHANGED) return true;
  if (typeof part === 'string') return !part.isWellFormed();
  if (typeof part !== 'object' || part === null) return false;
  if (Array.isArray(part)) return part.some(isChanged);
  return Object.entries(part).some(([name, member]) => !name.isWellFormed() || isChanged(member));
}
