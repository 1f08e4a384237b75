import { networkOf } from '../../shared/http/address.ts';
import type { TokenEvent } from '../../shared/subjects/token-events.ts';

const WINDOW_MS = 60_000;

/** Refusals with an event of their own, in a minute and gateway; so many again tell how many more there were. */
const MAX_TOLD = 30;

/**
 * Beyond {@link MAX_TOLD} those of one client are counted together, whatever addresses they come from, for so many clients: who has many
 * addresses does not hide by them which client it tries.
 */
const MAX_CLIENTS_TOLD = 30;

type Window = { counted: number; latest: TokenEvent | undefined };

export type RefusalSampler = {
  /**
   * Takes the event of an unauthenticated request.
   *
   * @param isKnown Whether there is a client of the `client_id` that it named.
   */
  take: (event: TokenEvent, isKnown: boolean) => void;
  /** Tells what was counted. */
  close: () => void;
};

/**
 * Keeps what strangers are refused from filling the audit: of each address, of IPv6 each /64, error and client that there is, the first in
 * a minute is told at once; the others are counted, and the latest of them is told with their number when the minute is over. Beyond a
 * bound they are counted by client alone.
 */
export function createRefusalSampler(publish: (event: TokenEvent) => void): RefusalSampler {
  const windows = new Map<string, Window>();
  /** By client; all others by `undefined`. */
  const others = new Map<string | undefined, Window>();
  let timer: NodeJS.Timeout | undefined;

  function tellCounted(): void {
    timer = undefined;
    for (const { counted, latest } of [...windows.values(), ...others.values()])
      if (latest !== undefined) publish({ ...latest, refusals: counted });
    windows.clear();
    others.clear();
  }

  function countAmongOthers({ ip: _ip, client_id, ...event }: TokenEvent, isKnown: boolean): void {
    const isTold = isKnown && (others.has(client_id) || others.size < MAX_CLIENTS_TOLD);
    const client = isTold ? client_id : undefined;
    const counted = (others.get(client)?.counted ?? 0) + 1;
    others.set(client, { counted, latest: client === undefined ? event : { ...event, client_id: client } });
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
      } else countAmongOthers(event, isKnown);
    },
    close: () => {
      clearTimeout(timer);
      tellCounted();
    },
  };
}
