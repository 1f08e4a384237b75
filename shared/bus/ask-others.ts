import { setTimeout as delay } from 'node:timers/promises';
import { remoteErrorOf } from './batch-requester.ts';

const RETRY_MS = 20;
const MAX_ATTEMPTS = 20;

/** What a responder of an older release answers to a request with a member that it does not know. */
export const UNKNOWN_MEMBER = 'invalid_event';

/**
 * Makes a request again while it is answered by one of these codes: who was asked did nothing, and another of its group may do it.
 *
 * @param deadlineMs Since the epoch.
 */
export async function askOthers<Reply>(
  codes: readonly string[],
  request: () => Promise<Reply>,
  deadlineMs: number,
): Promise<Reply> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      const isOne = codes.includes(remoteErrorOf(error)?.code ?? '');
      if (!isOne || attempt === MAX_ATTEMPTS || Date.now() >= deadlineMs) throw error;
      await delay(RETRY_MS);
    }
  }
}
