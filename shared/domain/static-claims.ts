import { z } from 'zod';

/** Claims that tokens have without code: names and JSON values, as an API, a client or a grant gives them. */
export const StaticClaims = z.record(z.string(), z.unknown());
export type StaticClaims = z.infer<typeof StaticClaims>;

/** Most claims of one API, client or grant, and most bytes of their names and values as JSON: with those of the two others hooks keep most of what a token may have. */
export const MAX_STATIC_CLAIMS = 50;
export const MAX_STATIC_CLAIMS_BYTES = 8_192;

/** The whole of a value that stands for an entry of the client's metadata; the spelling is also what makes a text no template. */
const OF_METADATA = /^\{\{client\.metadata\.([^{}]+)\}\}$/;
export const TEMPLATE_BEGIN = '{{';

/** Name of the entry that a value stands for; `undefined` for a value that stands for itself. */
export function metadataNamed(value: unknown): string | undefined {
  return typeof value === 'string' ? OF_METADATA.exec(value)?.[1] : undefined;
}
