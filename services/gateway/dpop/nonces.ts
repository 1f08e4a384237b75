import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto';

/** How long a nonce is given out; it is good for as long again. */
const WINDOW_MS = 60_000;
const PURPOSE = 'hookmint dpop nonce';

/** Nonces of DPoP proofs (RFC 9449 §8): each of a stretch of time, the same of all gateways, and remembered by none. */
export type DpopNonces = { current(): string; accepts(nonce: string): boolean };

/** @param signRequestKey Gateways have it; signers too, which make no nonces. */
export function createDpopNonces(signRequestKey: Buffer, nowMs: () => number = Date.now): DpopNonces {
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', signRequestKey, '', PURPOSE, 32)));
  const window = (): number => Math.floor(nowMs() / WINDOW_MS);
  const nonceOf = (which: number): string => createHmac('sha256', key).update(String(which)).digest('base64url');
  const around = (now: number) => ({
    now,
    current: nonceOf(now),
    // The next one is of a gateway whose clock is ahead.
    accepted: [now, now - 1, now + 1].map((which) => Buffer.from(nonceOf(which))),
  });
  let kept = around(window());
  /** Made once in a window: each answer has one. */
  const known = (): typeof kept => {
    const now = window();
    if (kept.now !== now) kept = around(now);
    return kept;
  };
  return {
    current: () => known().current,
    accepts: (nonce) => {
      const sent = Buffer.from(nonce);
      return known().accepted.some((ours) => ours.length === sent.length && timingSafeEqual(sent, ours));
    },
  };
}
