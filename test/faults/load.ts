import { decodeJwt } from 'jose';
import type { Stack } from '../support/stack.ts';
import type { Outcome } from './fault.ts';

export const CLAIM = 'https://faults.example/claim';
export const HOOK = `module.exports = function (client, scope, audience, context, cb) {
  cb(null, { scope: (scope || []).concat('extra'), ${JSON.stringify(CLAIM)}: 'there' });
};`;

/** What came of the requests of one load. */
export type Tally = Pick<Outcome, 'asked' | 'issued' | 'refused' | 'lost' | 'repeated' | 'unmodified' | 'slowestMs'> & {
  /** How often each HTTP status was answered. */
  statuses: Map<number, number>;
  /** Refusals that do not tell when to ask again, as 503 with `Retry-After` does. */
  unexcused: number;
  /** When the last request that did not end in a token ended, on the clock of `performance`. */
  lastFailureMs: number;
};

export type Load = {
  tally: Tally;
  /** Resolves with true when each client got a token that it asked for after `sinceMs`, and none failed for a second; else false. */
  untilSteady: (sinceMs: number, timeoutMs: number) => Promise<boolean>;
  /** Lets the clients finish. */
  stop: () => Promise<Tally>;
};

const STEADY_MS = 1_000;
const CLIENTS = 16;
/** A client that gets no answer at all gives up after so long. */
const NO_ANSWER_MS = 30_000;
/** Between two requests of a client: a load that leaves the machine some time for what has to be started again. */
const PAUSE_MS = 50;

/**
 * Closed-loop clients, each asking for the next token soon after it has its answer.
 *
 * @param gateways As behind a load balancer: where one gives no answer, the request is sent to the next (a token request may be
 *   repeated). None that answers: the request is lost.
 */
export function startLoad(
  stack: Pick<Stack, 'url' | 'clientId' | 'clientSecret' | 'audience'>,
  gateways: readonly string[] = [stack.url],
  clients = CLIENTS,
): Load {
  const counts = { asked: 0, issued: 0, refused: 0, lost: 0, repeated: 0, unmodified: 0, slowestMs: 0 };
  const tally: Tally = { ...counts, statuses: new Map(), unexcused: 0, lastFailureMs: 0 };
  const lastIssuedOf = Array.from({ length: clients }, () => 0);
  let running = true;
  const isRunning = (): boolean => running;

  function request(gateway: string): Promise<Response> {
    return fetch(`${gateway}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: stack.clientId,
        client_secret: stack.clientSecret,
        audience: stack.audience,
      }),
      signal: AbortSignal.timeout(NO_ANSWER_MS),
    });
  }

  type Answer = { status: number; retryAfter: string | null; body: { access_token?: string; error?: string } };

  async function balanced(first: number): Promise<Answer> {
    for (let i = 0; ; i++) {
      const gateway = gateways[(first + i) % gateways.length] ?? stack.url;
      try {
        const response = await request(gateway);
        const retryAfter = response.headers.get('retry-after');
        return { status: response.status, retryAfter, body: (await response.json()) as Answer['body'] };
      } catch (error) {
        if (i === gateways.length - 1) throw error;
        tally.repeated++;
      }
    }
  }

  function count({ status, retryAfter, body }: Answer): boolean {
    tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1);
    if (status !== 200 || body.access_token === undefined) {
      if (body.error === undefined) throw new Error(`an answer outside of the protocol: ${String(status)}`);
      tally.refused++;
      if (status !== 503 || !/^[1-9]\d*$/.test(retryAfter ?? '')) tally.unexcused++;
      return false;
    }
    tally.issued++;
    const claims = decodeJwt(body.access_token);
    const scopes = typeof claims.scope === 'string' ? claims.scope.split(' ') : [];
    if (claims[CLAIM] !== 'there' || !scopes.includes('extra')) tally.unmodified++;
    return true;
  }

  async function ask(client: number): Promise<void> {
    const startedMs = performance.now();
    tally.asked++;
    try {
      const answer = await balanced(client + tally.asked);
      if (count(answer)) lastIssuedOf[client] = startedMs;
      else tally.lastFailureMs = performance.now();
    } catch {
      tally.lost++;
      tally.lastFailureMs = performance.now();
    }
    tally.slowestMs = Math.max(tally.slowestMs, performance.now() - startedMs);
  }

  const done = Promise.all(
    lastIssuedOf.map(async (_, client) => {
      while (isRunning()) {
        await ask(client);
        await delay(PAUSE_MS);
      }
    }),
  );
  return {
    tally,
    untilSteady: async (sinceMs, timeoutMs) => {
      const untilMs = performance.now() + timeoutMs;
      const isSteady = (): boolean =>
        performance.now() - Math.max(sinceMs, tally.lastFailureMs) >= STEADY_MS &&
        lastIssuedOf.every((issuedMs) => issuedMs > sinceMs);
      while (!isSteady() && performance.now() < untilMs) await delay(50);
      return isSteady();
    },
    stop: async () => {
      running = false;
      await done;
      return tally;
    },
  };
}

export const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
