import { decodeJwt, type JWTPayload } from 'jose';

/** Who asks, and for what. */
export type Asker = { clientId: string; clientSecret: string; audience: string };

/** How one request ended: `lost` had no answer, `refused` an error of the protocol. */
export type Answer = {
  outcome: 'issued' | 'refused' | 'lost';
  /** Of a token; `undefined` for anything else. */
  claims: JWTPayload | undefined;
  /** OAuth error code of a refusal. */
  error: string | undefined;
  sentMs: number;
  tookMs: number;
};

/**
 * Either so many requests each second, whatever becomes of them (open loop), or so many clients, each asking again when it has its
 * answer (closed loop).
 */
export type Pace = { ratePerSecond: number } | { clients: number };

export type TokenLoad = {
  /** In the order of their end. */
  answers: readonly Answer[];
  /** Asks no more, and resolves when all that was asked is answered. */
  stop(): Promise<readonly Answer[]>;
};

const TICK_MS = 5;
const PAUSE_AFTER_FAILURE_MS = 50;

/** Asks the token endpoint at `url` as `askerOf(n)` does, n counting the requests from 0. */
export function startTokenLoad(url: string, askerOf: (n: number) => Asker, pace: Pace): TokenLoad {
  const answers: Answer[] = [];
  let asked = 0;

  async function ask(): Promise<Answer> {
    const answer = await askOnce(url, askerOf(asked++));
    answers.push(answer);
    return answer;
  }

  const stop = 'clients' in pace ? closedLoop(ask, pace.clients) : openLoop(ask, pace.ratePerSecond);
  return {
    answers,
    stop: async () => {
      await stop();
      return answers;
    },
  };
}

function closedLoop(ask: () => Promise<Answer>, clients: number): () => Promise<unknown> {
  let running = true;
  const isRunning = (): boolean => running;
  const done = Promise.all(
    Array.from({ length: clients }, async () => {
      while (isRunning()) if ((await ask()).outcome !== 'issued') await delay(PAUSE_AFTER_FAILURE_MS);
    }),
  );
  return () => {
    running = false;
    return done;
  };
}

export function openLoop(ask: () => Promise<unknown>, ratePerSecond: number): () => Promise<unknown> {
  const startedMs = performance.now();
  const underWay = new Set<Promise<unknown>>();
  let begun = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedMs) / 1_000) * ratePerSecond);
    for (; begun < due; begun++) {
      const request = ask().finally(() => underWay.delete(request));
      underWay.add(request);
    }
  }, TICK_MS);
  return () => {
    clearInterval(timer);
    return Promise.all(underWay);
  };
}

async function askOnce(url: string, { clientId, clientSecret, audience }: Asker): Promise<Answer> {
  const sentMs = performance.now();
  const grant = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, audience };
  try {
    const response = await fetch(`${url}/oauth/token`, { method: 'POST', body: new URLSearchParams(grant) });
    const body = (await response.json()) as { access_token?: string; error?: string };
    const tookMs = performance.now() - sentMs;
    return body.access_token === undefined
      ? { outcome: 'refused', claims: undefined, error: body.error ?? String(response.status), sentMs, tookMs }
      : { outcome: 'issued', claims: decodeJwt(body.access_token), error: undefined, sentMs, tookMs };
  } catch {
    return { outcome: 'lost', claims: undefined, error: undefined, sentMs, tookMs: performance.now() - sentMs };
  }
}

/** How many of some answers ended in which way; `unmodified` are tokens without `claim`, which their hook adds. */
export function tallyOf(answers: readonly Answer[], claim: string) {
  const count = (outcome: Answer['outcome']): number => answers.filter((answer) => answer.outcome === outcome).length;
  return {
    asked: answers.length,
    issued: count('issued'),
    refused: count('refused'),
    lost: count('lost'),
    unmodified: answers.filter(({ claims }) => claims !== undefined && claims[claim] === undefined).length,
  };
}

export const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
