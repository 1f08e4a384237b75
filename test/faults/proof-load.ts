import { decodeJwt } from 'jose';
import { credentialsOf, type ApiWorld } from '../e2e/shown-token-fixtures.ts';
import { makeProof, newDpopKey } from '../support/dpop.ts';
import { showToken } from '../support/shown-token.ts';
import { requestToken } from '../support/token-request.ts';
import { delay } from './load.ts';

/** What must stay 0 whatever breaks, and how much was tried. */
export type ProofTally = {
  /** Tokens for proofs that had one already. */
  secondTokens: number;
  /** Tokens without the key of their proof, or without a proof, for an API that requires one. */
  unbound: number;
  /** Tokens that a gateway called active a second after their revocation was answered. */
  activeAfterRevocation: number;
  /** Answers that nothing of this explains, by status and error. */
  unexpected: Record<string, number>;
  tokens: number;
  /** Proofs shown again after they had a token. */
  shownAgain: number;
  revocations: number;
  introspections: number;
  /** Requests without an answer, or with a 503. */
  refused: number;
};

export type ProofLoad = { tally: ProofTally; stop: () => Promise<ProofTally> };

type Gateway = { url: string };

const LOOPS = 3;
const PAUSE_MS = 20;
/** How long another gateway may take to hear of a revocation. */
const HEARD_WITHIN_MS = 1_000;
/** So many are asked about again and again. */
const REMEMBERED = 200;

/**
 * Shows each proof to all gateways at once and then again, asks without one, and revokes tokens of which it asks all gateways afterwards.
 *
 * @param bound Its API requires a proof.
 * @param plain Its API requires none.
 */
export function startProofLoad(gateways: readonly Gateway[], bound: ApiWorld, plain: ApiWorld): ProofLoad {
  const counts = { tokens: 0, shownAgain: 0, revocations: 0, introspections: 0, refused: 0 };
  const tally: ProofTally = { secondTokens: 0, unbound: 0, activeAfterRevocation: 0, unexpected: {}, ...counts };
  const had: string[] = [];
  const revoked: { token: string; fromMs: number }[] = [];
  const issuer = `${gateways[0]?.url ?? ''}/oauth/token`;
  let running = true;
  const isRunning = (): boolean => running;
  const anyOf = <T>(values: readonly T[]): T | undefined => values[Math.floor(Math.random() * values.length)];
  const oneGateway = (): Gateway => anyOf(gateways) ?? { url: '' };

  /** The answer, unless there is none or it says that nothing can be told at the moment. */
  async function answered<T extends { status: number; body: Record<string, unknown> | undefined }>(
    asked: Promise<T>,
    expected: readonly string[],
  ): Promise<T | undefined> {
    const answer = await asked.catch(() => undefined);
    if (answer === undefined || answer.status === 503) {
      tally.refused++;
      return undefined;
    }
    const was = answer.status === 200 ? '200' : `${String(answer.status)} ${String(answer.body?.error)}`;
    if (!expected.includes(was)) tally.unexpected[was] = (tally.unexpected[was] ?? 0) + 1;
    return answer;
  }

  /** Whether there was a token, and it is of the proof's key. */
  async function ask(gateway: Gateway, jkt: string, proof: string | undefined, expected: string[]): Promise<boolean> {
    const parameters = { ...credentialsOf(bound.client), audience: bound.audience };
    const client = { ...gateway, clientId: '', clientSecret: '', audience: '' };
    const answer = await answered(
      requestToken(client, parameters, proof === undefined ? {} : { DPoP: proof }),
      expected,
    );
    if (answer?.status !== 200) return false;
    tally.tokens++;
    const { cnf } = decodeJwt(String(answer.body.access_token));
    const isBound = proof !== undefined && (cnf as { jkt?: string } | undefined)?.jkt === jkt;
    if (!isBound || answer.body.token_type !== 'DPoP') tally.unbound++;
    return true;
  }

  async function prove(): Promise<void> {
    const key = await newDpopKey();
    const proof = await makeProof(key, issuer);
    const tokens = await Promise.all(
      gateways.map((gateway) => ask(gateway, key.jkt, proof, ['200', '400 invalid_dpop_proof'])),
    );
    const issued = tokens.filter((isToken) => isToken).length;
    tally.secondTokens += Math.max(0, issued - 1);
    if (issued > 0) had.push(proof);
    if (had.length > REMEMBERED) had.shift();
    const earlier = anyOf(had);
    if (earlier !== undefined) {
      tally.shownAgain++;
      if (await ask(oneGateway(), key.jkt, earlier, ['400 invalid_dpop_proof'])) tally.secondTokens++;
    }
    await ask(oneGateway(), key.jkt, undefined, ['400 invalid_request']);
  }

  async function revoke(): Promise<void> {
    const { client, audience } = plain;
    const asked = requestToken(
      { ...oneGateway(), clientId: '', clientSecret: '', audience },
      { ...credentialsOf(client) },
    );
    const token = (await answered(asked, ['200']))?.body.access_token;
    if (typeof token !== 'string') return;
    const { status } =
      (await answered(showToken(oneGateway(), 'revoke', { ...credentialsOf(client), token }), ['200'])) ?? {};
    if (status !== 200) return;
    tally.revocations++;
    revoked.push({ token, fromMs: performance.now() + HEARD_WITHIN_MS });
    if (revoked.length > REMEMBERED) revoked.shift();
  }

  async function introspect(): Promise<void> {
    const known = anyOf(revoked.filter(({ fromMs }) => fromMs < performance.now()));
    if (known === undefined) return;
    const shown = { ...credentialsOf(plain.api), token: known.token };
    for (const gateway of gateways) {
      const answer = await answered(showToken(gateway, 'introspect', shown), ['200']);
      if (answer?.status !== 200) continue;
      tally.introspections++;
      if (answer.body?.active !== false) tally.activeAfterRevocation++;
    }
  }

  const loop = async (step: () => Promise<void>): Promise<void> => {
    while (isRunning()) {
      await step();
      await delay(PAUSE_MS);
    }
  };
  const steps = Array.from({ length: LOOPS }, () => [prove, revoke, introspect]).flat();
  const ended = Promise.all(steps.map(loop));
  return {
    tally,
    stop: async () => {
      running = false;
      await ended;
      return tally;
    },
  };
}
