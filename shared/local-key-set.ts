import { createLocalJWKSet } from 'jose';
import type { PublicJwk } from './subjects/keys-public.ts';

type KeySet = ReturnType<typeof createLocalJWKSet>;

/** Importing a key costs more than a signature: done once for each set of keys from the signers. */
const keySets = new WeakMap<object, KeySet>();

/** Finds the key of a token among those of the signers. */
export function keySetOf(keys: PublicJwk[]): KeySet {
  const known = keySets.get(keys);
  if (known !== undefined) return known;
  const keySet = createLocalJWKSet({ keys });
  keySets.set(keys, keySet);
  return keySet;
}
