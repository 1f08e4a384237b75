import { decodeJwt } from 'jose';
import type { Stack } from '../support/stack.ts';

export const CLAIM = 'https://faults.example/claim';
export const HOOK = `module.exports = function (client, scope, audience, context, cb) {
  cb(null, { scope: (scope || []).concat('extra'), ${JSON.stringify(CLAIM)}: 'there' });
};`;

/** What came of the requests of one load. */
export type Tally = {
  asked: number;
  issued: number;
  /** Answered with an error of the protocol. */
  refused: number;
  /** No answer: the connection broke or could not be made. */
  lost: number;
  /** Tokens without the claim or the scope of the hook. */
  unmodified: number;
  slowestMs: number;
  statuses: Map<number, number>;
  /** When the last request that did not end in a token ended, on the clock of `performance`. */
  lastFailureMs: number;
};

/** Closed-loop clients, each asking for the next token when it has its answer; `stop` lets them finish. */
export function startLoad(stack: Stack, clients = 16): { tally: Tally; stop: () => Promise<Tally> } {
  const tally: Tally = {
    asked: 0,
    issued: 0,
    refused: 0,
    lost: 0,
    unmodified: 0,
    slowestMs: 0,
    statuses: new Map(),
    lastFailureMs: 0,
  };
  let running = true;

  async function ask(): Promise<void> {
    const startedMs = performance.now();
    tally.asked++;
    try {
      const response = await fetch(`${stack.url}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: stack.clientId,
          client_secret: stack.clientSecret,
          audience: stack.audience,
        }),
      });
      const body = (await response.json()) as { access_token?: string; error?: string };
      tally.statuses.set(response.status, (tally.statuses.get(response.status) ?? 0) + 1);
      if (response.status === 200 && body.access_token !== undefined) {
        tally.issued++;
        const claims = decodeJwt(body.access_token);
        const scopes = typeof claims.scope === 'string' ? claims.scope.split(' ') : [];
        if (claims[CLAIM] !== 'there' || !scopes.includes('extra')) tally.unmodified++;
      } else {
        tally.lastFailureMs = performance.now();
        if (body.error === undefined) throw new Error(`an answer outside of the protocol: ${String(response.status)}`);
        tally.refused++;
      }
    } catch {
      tally.lost++;
      tally.lastFailureMs = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    tally.slowestMs = Math.max(tally.slowestMs, performance.now() - startedMs);
  }

  const done = Promise.all(
    Array.from({ length: clients }, async () => {
      while (running) await ask();
    }),
  );
  return {
    tally,
    stop: async () => {
      running = false;
      await done;
      return tally;
    },
  };
}

export function report(fault: string, tally: Tally, healedMs: number): void {
  const { asked, issued, refused, lost, unmodified, slowestMs } = tally;
  const figures = Object.entries({ asked, issued, refused, lost, unmodified }).map(
    ([what, n]) => `${what} ${String(n)}`,
  );
  process.stdout.write(
    `faults: ${fault}: ${figures.join(', ')}, healed in ${(healedMs / 1000).toFixed(1)} s, slowest answer ${(slowestMs / 1000).toFixed(1)} s\n`,
  );
}
