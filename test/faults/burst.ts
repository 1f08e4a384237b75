import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '../support/stack.ts';

type Document = { _id: string; client_id?: string };

const idOf = (n: number): string => `burst-${String(n).padStart(5, '0')}`;
const WITHIN_MS = 85_000;

/** Adds so many clients, with the secret and the grant of the demo client. */
export async function prepareClients(stack: Stack, count: number): Promise<void> {
  const db = await stack.db();
  const [clients, grants] = [db.collection<Document>('clients'), db.collection<Document>('client_grants')];
  const client = await clients.findOne({ _id: stack.clientId });
  const grant = await grants.findOne({ client_id: stack.clientId });
  if (client === null || grant === null) throw new Error('there is no demo client');
  const ids = Array.from({ length: count }, (_, n) => idOf(n));
  await clients.insertMany(ids.map((_id) => ({ ...client, _id })));
  await grants.insertMany(ids.map((id) => ({ ...grant, _id: `cgr_${id}`, client_id: id })));
}

/** Each of so many clients asks for a token, all at once, and again when it is told to come later. */
export async function burst(
  stack: Stack,
  count: number,
): Promise<{ refused: number; lost: number; slowestMs: number }> {
  const came = { refused: 0, lost: 0, slowestMs: 0 };
  const startedMs = performance.now();
  const signal = AbortSignal.timeout(WITHIN_MS);

  async function ask(clientId: string): Promise<boolean> {
    const response = await fetch(`${stack.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: stack.clientSecret,
        audience: stack.audience,
      }),
      signal,
    });
    const body = await response.text();
    if (response.status === 200) return true;
    if (response.status !== 503) throw new Error(body);
    came.refused++;
    const afterMs = 1_000 * Number(response.headers.get('retry-after') ?? 1);
    await delay(afterMs * (1 + 2 * Math.random()), undefined, { signal });
    return false;
  }

  await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      try {
        while (!(await ask(idOf(n))));
        came.slowestMs = Math.max(came.slowestMs, performance.now() - startedMs);
      } catch {
        came.lost++;
      }
    }),
  );
  return came;
}
