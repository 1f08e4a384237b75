import { ALIVE_INTERVAL_MS, MAX_REPLY_BYTES } from './batch.ts';

/** Signs of life of a message's requests, for longer than any request is waited for: some 60 bytes each. */
const MAX_ALIVE_BYTES_OF_REQUEST = (60_000 / ALIVE_INTERVAL_MS) * 128;

type Sent = { unsettled: number; bytesLeft: number };

/**
 * What may still be answered to the messages that were sent: each as many bytes as the replies to all its requests can have, and nothing
 * once they are settled. Whoever answers may be hostile, and what it sends need not be read to be refused.
 */
export type ExpectedReplies = {
  sent: (message: number, requests: number) => void;
  /** One request that these messages carried is settled. */
  settled: (messages: readonly number[]) => void;
  /** `unasked`: there is nothing to be said to the message; `too_much`: more than it asked for was. */
  judge: (message: number, bytes: number) => 'expected' | 'unasked' | 'too_much';
};

export function createExpectedReplies(): ExpectedReplies {
  const open = new Map<number, Sent>();
  return {
    sent: (message, requests) =>
      open.set(message, {
        unsettled: requests,
        bytesLeft: requests * (MAX_REPLY_BYTES + MAX_ALIVE_BYTES_OF_REQUEST),
      }),
    settled: (messages) => {
      for (const message of messages) {
        const sent = open.get(message);
        if (sent !== undefined && --sent.unsettled === 0) open.delete(message);
      }
    },
    judge: (message, bytes) => {
      const sent = open.get(message);
      if (sent === undefined) return 'unasked';
      sent.bytesLeft -= bytes;
      return sent.bytesLeft < 0 ? 'too_much' : 'expected';
    },
  };
}
