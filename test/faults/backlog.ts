import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstream } from '@nats-io/jetstream';
import { nuid } from '@nats-io/transport-node';
import type { LocalSecrets } from '../../deploy/local/local-secrets.ts';
import { connectBus } from '../../shared/bus/connect.ts';
import { eventsProofKey, proveEvents } from '../../shared/bus/events-proof.ts';
import { eventSubject } from '../../shared/subjects/events.ts';
import { TENANT, type Stack } from '../support/stack.ts';

/** As many as a gateway sends together where it issues 100 tokens a second. */
const EVENTS_PER_MESSAGE = 10;
const AT_ONCE = 100;
/** That the events are of. */
export const BACKLOG_CLIENT = 'backlog';

const secretsOf = ({ dataDir }: Stack): LocalSecrets =>
  JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8')) as LocalSecrets;

/** Publishes what a gateway would have, proved as it does. */
export async function publishBacklog(
  stack: Stack,
  events: number,
  eventsPerMessage = EVENTS_PER_MESSAGE,
): Promise<void> {
  const { nats_nkey_seeds: seeds, client_secret_key } = secretsOf(stack);
  const connection = await connectBus('gateway', { NATS_URL: stack.natsUrl, NATS_NKEY_SEED: seeds.gateway });
  try {
    const [client, key] = [jetstream(connection), eventsProofKey(Buffer.from(client_secret_key, 'base64url'))];
    const publisher = nuid.next();
    const place = { publisher, beganMs: Date.now(), dropped: 0 };
    const subject = eventSubject(TENANT, 'token.issued');
    const all = { type: 'token.issued', client_id: BACKLOG_CLIENT, audience: stack.audience, duration_ms: 3 };
    for (let number = 1; number <= events / eventsPerMessage;) {
      const messages = Array.from({ length: AT_ONCE }, () => {
        const events = Array.from({ length: eventsPerMessage }, (_, n) =>
          JSON.stringify({ ...all, id: `${publisher}-${String(number)}-${String(n)}`, time_ms: Date.now() }),
        );
        return proveEvents(key, subject, { ...place, number: number++ }, `"events":[${events.join(',')}]`);
      });
      await Promise.all(messages.map((payload) => client.publish(subject, payload, { timeout: 20_000 })));
    }
  } finally {
    await connection.close();
  }
}
