import { z } from 'zod';
import { UsageError } from '../../shared/usage-error.ts';

/** Values for the markers in files: `##KEY##` stands for the text itself, `@@KEY@@` for the value as JSON (contract §7). */
export type Keywords = ReadonlyMap<string, unknown>;

/**
 * Reads AUTH0_KEYWORD_REPLACE_MAPPINGS, a JSON object.
 *
 * @throws {UsageError}
 */
export function readKeywords(mappings: string | undefined): Keywords {
  if (mappings === undefined || mappings === '') return new Map();
  try {
    return new Map(Object.entries(z.record(z.string(), z.unknown()).parse(JSON.parse(mappings))));
  } catch {
    throw new UsageError('AUTH0_KEYWORD_REPLACE_MAPPINGS must be a JSON object of names and values.');
  }
}

/** A text with its markers replaced, quotes around `@@KEY@@` with it; markers that nobody has given a value stay. */
export function replaceKeywords(text: string, keywords: Keywords): string {
  let replaced = text;
  for (const [key, value] of keywords) {
    replaced = replaced
      .replaceAll(`"@@${key}@@"`, () => JSON.stringify(value))
      .replaceAll(`'@@${key}@@'`, () => JSON.stringify(value))
      .replaceAll(`@@${key}@@`, () => JSON.stringify(value))
      .replaceAll(`##${key}##`, () => (typeof value === 'string' ? value : JSON.stringify(value)));
  }
  return replaced;
}
