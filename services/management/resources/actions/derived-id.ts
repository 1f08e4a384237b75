import { createHash } from 'node:crypto';

/**
 * The id of something that is told apart by names alone, so that it needs not be stored: a UUID of version 8 (RFC 9562 §5.8) made of
 * the names' SHA-256.
 */
export function derivedId(...names: (string | number)[]): string {
  const hex = createHash('sha256').update(JSON.stringify(names)).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

export const versionIdOf = (actionId: string, number: number): string => derivedId('version', actionId, number);

export const bindingIdOf = (triggerId: string, actionId: string): string => derivedId('binding', triggerId, actionId);
