import { jetstreamManager, JetStreamError, type CompletionResult } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { messageOf } from '../errors.ts';
import { logger } from '../log.ts';
import { QuotaCounted, QUOTAS_STREAM } from '../subjects/quota-counted.ts';

const BATCH = 1_000;
/** Of JetStream, for no message that fits. */
const NOT_FOUND_STATUS = 404;

/**
 * Reads what the stream `HOOKMINT_QUOTAS` has kept of all gateways.
 *
 * @param subject Of {@link allQuotasCounted}, or of {@link quotasCountedOf} one client.
 * @param hear Called with each count. What cannot be read is logged, and left out.
 * @throws When the bus is away, or the stream.
 */
export async function readKeptCounts(
  bus: NatsConnection,
  subject: string,
  hear: (counted: QuotaCounted) => void,
): Promise<void> {
  const { direct } = await jetstreamManager(bus, { checkAPI: false });
  for (let from = 1, last = 0; from > last; from = last + 1) {
    let got = 0;
    const batch = { seq: from, batch: BATCH, next_by_subj: subject };
    await new Promise<void>((resolve, reject) => {
      const callback = (done: CompletionResult | null, message: { seq: number; json: () => unknown }): void => {
        if (done !== null) {
          if (done.err === undefined || isNothingKept(done.err)) resolve();
          else reject(done.err);
          return;
        }
        got++;
        last = message.seq;
        hearCount(message, hear);
      };
      direct.getBatch(QUOTAS_STREAM, { ...batch, callback }).catch(reject);
    });
    if (got < BATCH) return;
  }
}

/** Passes on the count of a message, if it is one. */
export function hearCount(message: { json: () => unknown }, hear: (counted: QuotaCounted) => void): void {
  try {
    hear(QuotaCounted.parse(message.json()));
  } catch (error) {
    logger.warn({ reason: messageOf(error) }, 'a count of tokens cannot be read');
  }
}

function isNothingKept(error: Error): boolean {
  return error instanceof JetStreamError && 'code' in error && error.code === NOT_FOUND_STATUS;
}
