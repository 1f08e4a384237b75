/** When a message was sent, by two clocks of who sent it: milliseconds since the epoch, and of `performance`, which nobody sets. */
export type SentAt = { by: string; at_ms: number; up_ms: number };

/** Clocks of two machines drift apart: by some ten milliseconds within this. */
const REMEMBERED_MS = 300_000;
/** Over it a sender is new each time, and its messages have just been sent. */
const MAX_SENDERS = 10_000;

/**
 * Tells how long messages were on their way, whatever the clocks of both sides say of the time: how much longer than the fastest of the same sender
 * within some minutes. The first of a sender was not on its way at all. In whole milliseconds, as all times that messages tell.
 */
export function createTimeOnTheWay(upMs = (): number => performance.now()): (sent: SentAt) => number {
  let recent = new Map<string, number>();
  let before = new Map<string, number>();
  let turnedMs = upMs();
  return ({ by, up_ms }) => {
    const nowMs = upMs();
    if (nowMs - turnedMs > REMEMBERED_MS) {
      before = nowMs - turnedMs > 2 * REMEMBERED_MS ? new Map<string, number>() : recent;
      recent = new Map();
      turnedMs = nowMs;
    }
    const differenceMs = nowMs - up_ms;
    const fastestMs = Math.min(differenceMs, recent.get(by) ?? Infinity, before.get(by) ?? Infinity);
    if (recent.has(by) || recent.size < MAX_SENDERS) recent.set(by, Math.min(differenceMs, recent.get(by) ?? Infinity));
    return Math.round(differenceMs - fastestMs);
  };
}
