import type { Subscription } from '@nats-io/transport-node';
import type { UntrustedConnection } from '../../../../shared/bus/untrusted-connection.ts';
import { holdsMoreValuesThan } from '../../../../shared/json-values.ts';
import { HookLog, hookLogSubject } from '../../../../shared/subjects/hook-log.ts';

/** Has what hooks and Actions print told, as executors send it, until the function that it gives is called. */
export type HookLogs = (hear: (log: HookLog) => void) => () => void;

/** What is read within a second; the rest is not shown to anybody. A run's console has 65,536 bytes at most. */
const MAX_BYTES_PER_SECOND = 4_194_304;
/** A line is three, and a console has 4,096. */
const MAX_VALUES = 15_000;

/** Readers share one subscription, which is there while there are any: without them no executor can send management anything. */
export function createHookLogs({ connection, wasted }: UntrustedConnection, tenant: string): HookLogs {
  const readers = new Set<(log: HookLog) => void>();
  let subscription: Subscription | undefined;
  let sinceMs = performance.now();
  let bytesRead = 0;

  function receive(data: Uint8Array, text: () => string): void {
    const nowMs = performance.now();
    if (nowMs - sinceMs > 1_000) [sinceMs, bytesRead] = [nowMs, 0];
    if (bytesRead + data.length > MAX_BYTES_PER_SECOND) {
      wasted(data.length);
      return;
    }
    bytesRead += data.length;
    const log = parsed(text());
    if (log !== undefined) for (const hear of readers) hear(log);
  }

  return (hear) => {
    readers.add(hear);
    subscription ??= connection.subscribe(hookLogSubject(tenant), {
      callback: (error, message) => {
        if (error === null) receive(message.data, () => message.string());
      },
    });
    return () => {
      readers.delete(hear);
      if (readers.size > 0) return;
      subscription?.unsubscribe();
      subscription = undefined;
    };
  };
}

function parsed(text: string): HookLog | undefined {
  if (holdsMoreValuesThan(MAX_VALUES, text)) return undefined;
  try {
    return HookLog.parse(JSON.parse(text));
  } catch {
    // Not of an executor of this version; there is nothing to show.
    return undefined;
  }
}
