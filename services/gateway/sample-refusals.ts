import { networkOf } from '../../shared/http/address.ts';
import type { TokenEvent } from '../../shared/subjects/token-events.ts';

const WINDOW_MS = 60_000;

/** Refusals with an event of their own, in a minute and gateway; so many again tell how many more there were. */
const MAX_TOLD = 30;

/** Beyond {@link MAX_TOLD} all are counted together. */
const OTHERS = '';

type Window = { counted: number; latest: TokenEvent | undefined };

export type RefusalSampler = {
  /**
   * Takes the event of a request that nobody authenticated.
   *
   * @param isKnown Whether there is a client of the `client_id` that it named.
   */
  take: (event: TokenEvent, isKnown: boolean) => void;
  /** Tells what was counted. */
  close: () => void;
};

/**
 * Keeps what strangers are refused from filling the audit: of each address, of IPv6 each /64, error and client that there is, the first in
 * a minute is told at once; the others are counted, and the latest of them is told with their number when the minute is over.
 */
export function createRefusalSampler(publish: (event: TokenEvent) => void): RefusalSampler {
  const windows = new Map<string, Window>();
  let timer: NodeJS.Timeout | undefined;

  function tellCounted(): void {
    timer = undefined;
    for (const { counted, latest } of windows.values())
      if (latest !== undefined) publish({ ...latest, refusals: counted });
    windows.clear();
  }

  function countAmongOthers({ ip: _ip, client_id: _clientId, ...event }: TokenEvent): void {
    const others = windows.get(OTHERS) ?? { counted: 0, latest: undefined };
    windows.set(OTHERS, { counted: others.counted + 1, latest: event });
  }

  return {
    take: (event, isKnown) => {
      timer ??= setTimeout(tellCounted, WINDOW_MS).unref();
      const network = event.ip === undefined ? '' : networkOf(event.ip);
      const key = JSON.stringify([network, event.error?.code, isKnown ? event.client_id : undefined]);
      const window = windows.get(key);
      if (window !== undefined) {
        window.counted++;
        window.latest = event;
      } else if (windows.size < MAX_TOLD) {
        windows.set(key, { counted: 0, latest: undefined });
        publish(event);
      } else countAmongOthers(event);
    },
    close: () => {
      clearTimeout(timer);
      tellCounted();
    },
  };
}
