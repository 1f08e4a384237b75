import { setImmediate } from 'node:timers/promises';
import { HOOK_DRY_RUN_QUEUE } from '../../shared/subjects/hook-dry-run.ts';
import { connectBus } from '../../shared/bus/connect.ts';

/**
 * Whoever has an executor's seed, as a process of its own: it answers each request with as much as the bus takes from it, and prints
 * for a hook without an end. Its parent tells it when.
 */
export type Order = { natsUrl: string; seed: string; tenant: string; flood: 'replies' | 'hook logs' };

const SEND_MS = 20_000;

process.once('message', (order: Order) => void flood(order));

async function flood({ natsUrl, seed, tenant, flood }: Order): Promise<void> {
  const bus = await connectBus('hook-executor', { NATS_URL: natsUrl, NATS_NKEY_SEED: seed });
  const junk = new Uint8Array(Math.min(bus.info?.max_payload ?? 0, 7_000_000)).fill(0x20);
  async function sendAll(subject: string): Promise<void> {
    const untilMs = performance.now() + SEND_MS;
    for (let n = 1; performance.now() < untilMs && n < 5_000; n++) {
      bus.publish(subject, junk);
      // The client keeps all that it could not send yet.
      if (n % 8 === 0) await bus.flush();
      else await setImmediate();
    }
  }
  if (flood === 'hook logs') void sendAll(`hookmint.${tenant}.hook.log`);
  else {
    for (const request of ['token.requested', 'hook.dry-run', 'hook.rehearsal']) {
      bus.subscribe(`hookmint.${tenant}.${request}`, {
        queue: HOOK_DRY_RUN_QUEUE,
        callback: (error, message) => {
          if (error === null && message.reply !== undefined) void sendAll(message.reply);
        },
      });
    }
    await bus.flush();
  }
  process.send?.('flooding');
}
