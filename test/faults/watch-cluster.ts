import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { decodeProtectedHeader, type JSONWebKeySet } from 'jose';
import { askByAssertion, newClientKey, signAssertion } from '../support/client-assertion.ts';
import { managementToken, type Management } from '../support/management.ts';
import type { Stack } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import type { Watch, Watched } from './fault.ts';
import { delay } from './load.ts';

/** What is watched beside the load, for the table of a cluster. */
export const CLUSTER_COLUMNS = [
  'Assertions',
  'Accepted twice',
  'Assertions back in',
  'Key not published',
  'Changes',
  'Changes lost',
] as const;

const PAUSE_MS = 100;
const NO_ANSWER_MS = 15_000;
/** The streams elect their leaders anew. */
const MAX_ASSERTIONS_BACK_MS = 15_000;

type Cluster = { stack: Stack; gateways: readonly [string, string]; management: Management };

/** Makes the clients that are watched. Each {@link Watch} then shows assertions to both gateways at once, changes the configuration, and looks keys up. */
export async function watchOf({ stack, gateways, management }: Cluster): Promise<() => Watch> {
  const key = newClientKey('RS256');
  const pem = createPublicKey(key.privateKey).export({ type: 'spki', format: 'pem' });
  const signing = await clientOf({
    name: 'signs',
    client_authentication_methods: { private_key_jwt: { credentials: [{ pem }] } },
  });
  const changed = await clientOf({ name: 'changed' });
  // As behind a load balancer, but for writes, which must not be made twice.
  const token = await managementToken(stack);

  async function clientOf(body: object): Promise<{ client_id: string; client_secret?: string }> {
    const made = await management.call('POST', '/clients', { app_type: 'non_interactive', ...body });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const client = made.body as { client_id: string; client_secret?: string };
    const grant = { client_id: client.client_id, audience: stack.audience, scope: [] };
    assert.equal((await management.call('POST', '/client-grants', grant)).status, 201);
    return client;
  }

  async function call(method: string, body?: object): Promise<{ status: number; turn: number }> {
    const response = await fetch(`${gateways[1]}/api/v2/clients/${changed.client_id}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(NO_ANSWER_MS),
    });
    const answered = (await response.json()) as { client_metadata?: { turn?: string } };
    return { status: response.status, turn: Number(answered.client_metadata?.turn ?? 0) };
  }

  let turn = 0;

  return () => {
    const violations: string[] = [];
    const seen = { assertions: 0, twice: 0, unpublished: 0, changes: 0, lost: 0 };
    let lastUnknownMs = -Infinity;
    let lastTakenMs = -Infinity;
    let running = true;
    const isRunning = (): boolean => running;

    /** One is shown to both at once. */
    async function showAssertion(): Promise<void> {
      const assertion = await signAssertion(stack, signing.client_id, key);
      const answers = await Promise.allSettled(gateways.map((url) => askByAssertion({ ...stack, url }, assertion)));
      const statuses = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.status : 0));
      seen.assertions++;
      const taken = statuses.filter((status) => status === 200).length;
      if (taken === 2) seen.twice++;
      if (taken === 1) lastTakenMs = performance.now();
      else lastUnknownMs = performance.now();
    }

    /** The key of a token of one gateway is in the JWK Set of each that is ready. */
    async function lookUpKey(url: string): Promise<void> {
      const { client_id, client_secret } = changed;
      const { status, body } = await requestToken({ ...stack, url }, { client_id, client_secret });
      if (status !== 200) return;
      const { kid } = decodeProtectedHeader(String(body.access_token));
      for (const gateway of gateways) {
        if (!(await fetch(`${gateway}/readyz`)).ok) continue;
        const { keys = [] } = (await (
          await fetch(`${gateway}/.well-known/jwks.json`)
        ).json()) as Partial<JSONWebKeySet>;
        if (!keys.some((one) => one.kid === kid)) seen.unpublished++;
      }
    }

    let acknowledged = turn;
    async function change(): Promise<void> {
      const next = ++turn;
      const { status } = await call('PATCH', { client_metadata: { turn: String(next) } });
      if (status === 200) {
        seen.changes++;
        acknowledged = next;
      } else if (status !== 503) violations.push(`a change was answered ${String(status)}`);
    }

    /** What one does again and again, whether it is answered or not. */
    async function repeat(act: () => Promise<void>): Promise<void> {
      while (isRunning()) {
        await act().catch(() => undefined);
        await delay(PAUSE_MS);
      }
    }
    const loops = [repeat(showAssertion), repeat(change), ...gateways.map((url) => repeat(() => lookUpKey(url)))];

    async function stop(goneMs: number): Promise<Watched> {
      const areBack = (): boolean => lastTakenMs > Math.max(goneMs, lastUnknownMs);
      await until('assertions are taken again', areBack, 2 * MAX_ASSERTIONS_BACK_MS).catch(() => undefined);
      const backMs = areBack() ? Math.max(0, lastUnknownMs - goneMs) : Infinity;
      running = false;
      await Promise.all(loops);
      let kept = -1;
      await until('the change can be read', async () => {
        const read = await call('GET').catch(() => undefined);
        if (read?.status === 200) kept = read.turn;
        return kept >= 0;
      });
      // A later one whose outcome was not known may be there in its place.
      if (kept < acknowledged) seen.lost++;
      const wrong: [boolean, string][] = [
        [seen.twice > 0, `${String(seen.twice)} assertions were accepted twice`],
        [seen.unpublished > 0, `${String(seen.unpublished)} tokens by a key that a ready gateway does not publish`],
        [seen.lost > 0, `change ${String(acknowledged)} was acknowledged, and ${String(kept)} is there`],
        [seen.changes === 0, 'nothing could be changed'],
        [backMs > MAX_ASSERTIONS_BACK_MS, 'assertions are not taken again'],
      ];
      violations.push(...wrong.flatMap(([isWrong, what]) => (isWrong ? [what] : [])));
      const cells: Record<(typeof CLUSTER_COLUMNS)[number], string> = {
        Assertions: String(seen.assertions),
        'Accepted twice': String(seen.twice),
        'Assertions back in': `${(backMs / 1_000).toFixed(1)} s`,
        'Key not published': String(seen.unpublished),
        Changes: String(seen.changes),
        'Changes lost': String(seen.lost),
      };
      return { cells, violations: [...new Set(violations)] };
    }
    return { stop };
  };
}
