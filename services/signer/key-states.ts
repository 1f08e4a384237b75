import { logger } from '../../shared/log.ts';
import { SigningAlg } from '../../shared/domain/resource-server.ts';
import type { SigningKey, SigningKeys } from '../../shared/store/signing-keys.ts';
import { certifyExisting, makeKey, signingKeyOf, type KeyMaker } from './key-maker.ts';
import { openPrivateJwk } from './private-key.ts';

/** Most replaced keys of an algorithm that the JWK Set has: keys replaced each day, and tokens that live for 30. */
const MAX_PREVIOUS_KEYS = 32;

/**
 * Brings the keys to where they must be: for each algorithm a current and a next one, each with its certificate. Whatever a
 * signer left half-done is finished, by any signer, and two that do so at once do not get into each other's way:
 *
 * - no current key, but a next one: it was published, so it becomes the current one;
 * - none of both: the first start;
 * - no next key: one is made.
 */
export async function completeKeys(store: SigningKeys, maker: KeyMaker): Promise<void> {
  const keys = await store.list();
  // With another encryption key, make no new keys beside the ones that cannot be decrypted.
  for (const key of keys) if (key.private_jwe !== undefined) await openPrivateJwk(key, maker.encryptionKey);
  await Promise.all(SigningAlg.options.map((alg) => completeAlgorithm(alg, keys, store, maker)));
  for (const key of keys) {
    if (key.certificate !== undefined || key.private_jwe === undefined) continue;
    await store.addCertificate(key.kid, await certifyExisting(key, maker));
  }
}

async function completeAlgorithm(
  alg: SigningAlg,
  keys: readonly SigningKey[],
  store: SigningKeys,
  maker: KeyMaker,
): Promise<void> {
  const has = (state: SigningKey['state']) => keys.find((key) => key.alg === alg && key.state === state);
  const [current, next] = [has('current'), has('next')];
  const missing: ('current' | 'next')[] = [];
  if (current === undefined && next !== undefined) {
    if (await store.promote(next.kid)) logger.info({ kid: next.kid, alg }, 'signing key promoted to current');
  } else if (current === undefined) missing.push('current');
  if (current === undefined || next === undefined) missing.push('next');
  const made = await Promise.all(missing.map((state) => makeKey(alg, state, maker)));
  // The current one first: a signer that saw only the next one would take it for the work of a rotation that was cut off.
  for (const key of made) {
    // Another signer may have been first: then its key is the one.
    if (await store.add(key)) logger.info({ kid: key.kid, alg, state: key.state }, 'signing key made');
  }
}

/**
 * Replaces current keys by those that were published as next. A crash at any point leaves what {@link completeKeys} mends; the
 * key that signed goes on verifying.
 *
 * @param kids Those that are not current any more are left as they are: asking twice replaces once.
 */
export async function rotateKeys(store: SigningKeys, kids: readonly string[], maker: KeyMaker): Promise<void> {
  await completeKeys(store, maker);
  const keys = await store.list();
  for (const { kid, alg } of keys.filter((key) => key.state === 'current' && kids.includes(key.kid))) {
    const next = keys.find((key) => key.alg === alg && key.state === 'next');
    // Somebody else is at it.
    if (next === undefined) continue;
    // One that cannot sign must not take the place of one that can.
    await signingKeyOf(next, maker.encryptionKey);
    if (!(await store.retire(kid))) continue;
    await store.promote(next.kid);
    logger.info({ alg, previous: kid, current: next.kid }, 'signing key rotated');
  }
  await completeKeys(store, maker);
}

type RefusedRotation = { refused: 'too_many_previous' } | { refused: 'unpublished'; published_at_ms: number };

/**
 * Why current keys cannot be replaced now; `undefined` when they can.
 *
 * @param publicationMs How long a next key must have been published before it signs; 0: not at all.
 */
export async function refusedRotation(
  store: SigningKeys,
  kids: readonly string[],
  publicationMs: number,
): Promise<RefusedRotation | undefined> {
  const keys = await store.list();
  let publishedAtMs = 0;
  for (const current of keys.filter((key) => key.state === 'current' && kids.includes(key.kid))) {
    const ofAlg = keys.filter(({ alg }) => alg === current.alg);
    if (ofAlg.filter(({ state }) => state === 'previous').length >= MAX_PREVIOUS_KEYS) {
      return { refused: 'too_many_previous' };
    }
    const next = ofAlg.find(({ state }) => state === 'next');
    if (next === undefined || isFirst(current)) continue;
    publishedAtMs = Math.max(publishedAtMs, next.created_at_ms + publicationMs);
  }
  return publishedAtMs > Date.now() ? { refused: 'unpublished', published_at_ms: publishedAtMs } : undefined;
}

/** Of its algorithm: the JWK Set never was without the key that was made as the next one with it. */
function isFirst({ current_since_ms, created_at_ms }: SigningKey): boolean {
  return current_since_ms === undefined || current_since_ms === created_at_ms;
}

/** Ends the life of a key that was replaced. Tokens it signed verify no longer. */
export async function revokeKey(store: SigningKeys, kid: string): Promise<'unknown' | 'in_use' | undefined> {
  if (await store.revoke(kid)) {
    logger.info({ kid }, 'signing key revoked');
    return undefined;
  }
  if ((await store.list()).some((key) => key.kid === kid)) return 'in_use';
  return (await store.listRevoked()).some((key) => key.kid === kid) ? undefined : 'unknown';
}
