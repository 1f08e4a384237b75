import { performance } from 'node:perf_hooks';
import { LRUCache } from 'lru-cache';
import type { HookArguments } from '../../../shared/domain/hook-arguments.ts';
import { unavailable, type HookOutcome, type Note } from '../../../shared/domain/hook-outcome.ts';
import { messageOf } from '../../../shared/errors.ts';
import { logger } from '../../../shared/log.ts';
import { webhookCircuits } from '../../../shared/telemetry/metrics.ts';
import { EgressError } from '../egress/http-exchange.ts';
import type { KnownRevision } from '../revisions.ts';
import type { Network } from '../sandbox-process.ts';
import { CircuitOpen } from './ask-endpoint.ts';
import { askWebhook } from './ask-webhook.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { openWebhook } from './open-webhook.ts';
import type { Decision, Webhook } from './webhook.ts';

const MAX_ENDPOINTS = 1_000;
const MAX_MESSAGE_LENGTH = 4_096;
const MAX_DENIAL_NAME_LENGTH = 256;
/** As of code: of one run, and characters of a name. */
const MAX_NOTES = 99;
const MAX_NOTED_LENGTH = 128;

type Ended<Outcome extends HookOutcome = HookOutcome> = Outcome extends unknown
  ? Omit<Outcome, 'cpu_ms' | 'wall_ms' | 'console'>
  : never;

/**
 * Runs of hooks that are webhooks, in this process: what is asked and answered is data, never code.
 *
 * @param isMeasured Whether figures and the log have what becomes of them; not of runs beside those of token requests.
 */
export function createWebhookRuns(isMeasured = true) {
  const webhooks = new WeakMap<KnownRevision, Webhook>();
  // A hook's own: what one hook asks wrongly is no reason not to ask for another.
  const breakers = new LRUCache<string, CircuitBreaker>({ max: MAX_ENDPOINTS });

  function breakerOf(hookId: string, hookName: string, url: string): CircuitBreaker {
    const key = `${hookId} ${url}`;
    const known = breakers.get(key);
    if (known !== undefined) return known;
    const made = isMeasured ? toldBreaker(hookId, hookName, url) : new CircuitBreaker(() => undefined);
    breakers.set(key, made);
    return made;
  }

  function toldBreaker(hookId: string, hookName: string, url: string): CircuitBreaker {
    const count = (state: 'open' | 'closed', changes: number): void =>
      webhookCircuits.add(changes, { 'hookmint.hook.name': hookName, 'hookmint.webhook.circuit': state });
    // A counter that begins with its first change shows no increase by it.
    for (const state of ['open', 'closed'] as const) count(state, 0);
    return new CircuitBreaker((state) => {
      count(state, 1);
      const said = state === 'open' ? 'is not asked for a while: it gave no answer' : 'answers again';
      logger.warn(
        { hook: { id: hookId, name: hookName }, host: new URL(url).host },
        `the endpoint of a webhook ${said}`,
      );
    });
  }

  function webhookOf(known: KnownRevision): Webhook {
    const opened = webhooks.get(known) ?? openWebhook(known.revision, known.runnable.secrets);
    webhooks.set(known, opened);
    return opened;
  }

  async function ended(
    known: KnownRevision,
    hookName: string,
    args: string | null,
    { network, untilMs }: { network: Network; untilMs: number },
  ): Promise<Ended> {
    let webhook: Webhook;
    try {
      webhook = webhookOf(known);
    } catch (error) {
      return threw('load', error);
    }
    if (args === null) return { status: 'ok' };
    const given = JSON.parse(args) as HookArguments;
    const breaker = breakerOf(known.revision.hook_id, hookName, webhook.url);
    try {
      const answer = await askWebhook(webhook, webhook.request(given), { network, breaker, untilMs, isMeasured });
      return outcomeOf(webhook.decide(answer, given), known.revision.limits.result_bytes);
    } catch (error) {
      if (error instanceof CircuitOpen) return unavailable('the endpoint of the webhook has given no answers lately');
      if (error instanceof EgressError && error.code === 'EGRESS_TIMED_OUT') {
        const last_calls = [{ what: `POST ${new URL(webhook.url).origin}`, answered: false }];
        return { status: 'timed_out', limit: 'wall', last_calls };
      }
      return threw('run', error);
    }
  }

  /**
   * Asks a webhook's endpoint once; with `null` as arguments only looks whether it can be asked.
   *
   * @param hookName As figures and the log name it.
   */
  return async (
    known: KnownRevision,
    hookName: string,
    args: string | null,
    deadlineMs: number,
    network: Network,
  ): Promise<HookOutcome> => {
    const startedMs = performance.now();
    const console: HookOutcome['console'] = [];
    const leftMs = Math.min(deadlineMs - Date.now(), known.revision.limits.wall_ms);
    const advising: Network = (request) =>
      network(request).catch((error: unknown) => {
        if (error instanceof EgressError && error.advice !== undefined)
          console.push({ level: 'warn', text: error.advice });
        throw error;
      });
    const outcome = await ended(known, hookName, args, { network: advising, untilMs: startedMs + leftMs });
    // All of it is the endpoint's time.
    return { ...outcome, cpu_ms: 0, wall_ms: performance.now() - startedMs, console };
  };
}

function outcomeOf(decision: Decision, maxBytes: number): Ended {
  if ('denied' in decision) {
    const { name, message } = decision.denied;
    return {
      status: 'denied',
      error: { name: name.slice(0, MAX_DENIAL_NAME_LENGTH), message: message.slice(0, MAX_MESSAGE_LENGTH) },
    };
  }
  const { scope, claims, notes = [] } = decision;
  const own = Object.entries(claims).filter(([name]) => name !== 'scope');
  const isScopeAmongClaims = own.length < Object.keys(claims).length;
  // Not one by one: to set a member is more than to have it, for a name that objects know.
  const result = JSON.stringify({ ...Object.fromEntries(own), ...(scope === undefined ? {} : { scope }) });
  if (Buffer.byteLength(result) > maxBytes) return { status: 'bad_result', reason: 'too_large' };
  const reported = notes
    .slice(0, MAX_NOTES)
    .map(([kind, name, reason]): Note => [kind, name.slice(0, MAX_NOTED_LENGTH), reason]);
  const told = isScopeAmongClaims ? [...reported, ['claim', 'scope', 'contract'] as const] : reported;
  return { status: 'ok', result, ...(told.length === 0 ? {} : { notes: [...told] as typeof notes }) };
}

function threw(during: 'load' | 'run', error: unknown): Ended {
  const { name } = error instanceof Error ? error : new Error();
  const code = error instanceof EgressError ? `${error.code}: ` : '';
  return {
    status: 'threw',
    during,
    error: { name, message: `${code}${messageOf(error)}`.slice(0, MAX_MESSAGE_LENGTH) },
  };
}
