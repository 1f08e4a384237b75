import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openManagement, type ApiAnswer, type Management } from '../support/management.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { startReplicaSet, type ReplicaSet } from './replica-set.ts';

// The primary of three takes writes that no other member gets: nobody knows whether they stay.

const MAX_ANSWER_MS = 7_000;
/** As MongoDB has it: for so long the primary does not know that it is alone. */
const ELECTION_TIMEOUT_MS = 10_000;

let members: ReplicaSet;
let stack: Stack;
let management: Management;
const folder = mkdtempSync(join(tmpdir(), 'hookmint-writes-'));
before(async () => {
  members = await startReplicaSet(folder, ELECTION_TIMEOUT_MS);
  stack = await startStack({ hook: null, env: { MONGODB_URL: members.url } });
  management = await openManagement(stack);
});
after(async () => {
  await stack.stop();
  await members.stop();
  rmSync(folder, { recursive: true, force: true });
});

const LIFETIME_SECONDS = 1_234;

async function apiId(): Promise<string> {
  const { body } = await management.call('GET', '/resource-servers');
  const api = (body as { id: string; identifier: string }[]).find(({ identifier }) => identifier === stack.audience);
  assert.ok(api !== undefined);
  return api.id;
}

type Made = { client_id: string; client_secret: string };

async function makeClient(name: string): Promise<Made> {
  const { status, body } = await management.call('POST', '/clients', { name, app_type: 'non_interactive' });
  assert.equal(status, 201, JSON.stringify(body));
  const made = body as Made;
  const grant = { client_id: made.client_id, audience: stack.audience, scope: [] };
  assert.equal((await management.call('POST', '/client-grants', grant)).status, 201);
  return made;
}

const tokenStatus = async ({ client_id, client_secret }: Made): Promise<number> =>
  (await requestToken(stack, { client_id, client_secret })).status;

async function timed(asked: Promise<ApiAnswer>): Promise<ApiAnswer> {
  const startedMs = performance.now();
  const answer = await asked;
  const tookMs = performance.now() - startedMs;
  assert.ok(tookMs < MAX_ANSWER_MS, `an answer took ${String(Math.round(tookMs))} ms`);
  return answer;
}

const codeOf = ({ body }: ApiAnswer): unknown => (body as { errorCode?: unknown } | undefined)?.errorCode;

test('a write that no majority has is told as such, audited, and obeyed by nobody until a majority has it', async () => {
  const [rotated, deleted] = [await makeClient('rotated'), await makeClient('deleted')];
  assert.deepEqual([await tokenStatus(rotated), await tokenStatus(deleted)], [200, 200]);
  const api = `/resource-servers/${await apiId()}`;
  const { body: before } = await requestToken(stack);
  const lifetimes = new Set([before.expires_in]);
  const resume = members.pauseAllBut(await members.primary());
  const seen: number[] = [];
  const answers: ApiAnswer[] = [];
  try {
    const asking = Promise.all([
      timed(management.call('POST', `/clients/${rotated.client_id}/rotate-secret`)),
      timed(management.call('DELETE', `/clients/${deleted.client_id}`)),
      timed(management.call('PATCH', api, { token_lifetime: LIFETIME_SECONDS })),
    ]).then((came) => answers.push(...came));
    const state = { isOver: false };
    void asking.finally(() => (state.isOver = true)).catch(() => undefined);
    const look = async (): Promise<void> => {
      seen.push(await tokenStatus(rotated), await tokenStatus(deleted));
      lifetimes.add((await requestToken(stack)).body.expires_in);
    };
    while (!state.isOver) await look();
    await asking;
    // Told that something has changed, gateways have read again by now.
    await look();
  } finally {
    resume();
  }
  process.stdout.write(
    `faults: writes without a majority: ${answers.map((answer) => `${String(answer.status)} ${String(codeOf(answer))}`).join(', ')}; ` +
      `${String(seen.length)} tokens asked for meanwhile, ${String(seen.filter((status) => status !== 200).length)} refused\n`,
  );
  assert.deepEqual([...new Set(seen)], [200], 'valid secrets are taken for as long as no majority says otherwise');
  assert.deepEqual([...lifetimes], [before.expires_in]);
  for (const answer of answers) {
    assert.equal(answer.status, 503, JSON.stringify(answer.body));
    assert.ok(Number(answer.headers.get('retry-after')) > 0);
    assert.ok(['write_outcome_unknown', 'store_unavailable'].includes(String(codeOf(answer))));
  }
  assert.equal(answers.map(codeOf).includes('write_outcome_unknown'), true, 'the primary has taken one of them');

  await members.primary();
  // Made again, both come to a state that is known.
  let secret = '';
  await until('the secret is rotated', async () => {
    const again = await timed(management.call('POST', `/clients/${rotated.client_id}/rotate-secret`));
    assert.ok(again.status === 200 || again.status === 503, JSON.stringify(again.body));
    secret = (again.body as { client_secret?: string }).client_secret ?? '';
    return again.status === 200;
  });
  await until('the lifetime is set', async () => {
    const again = await timed(management.call('PATCH', api, { token_lifetime: LIFETIME_SECONDS }));
    assert.ok(again.status === 200 || again.status === 503, JSON.stringify(again.body));
    return again.status === 200;
  });
  assert.equal((await requestToken(stack)).body.expires_in, LIFETIME_SECONDS);
  await until('the client is deleted', async () => {
    const again = await timed(management.call('DELETE', `/clients/${deleted.client_id}`));
    assert.ok([204, 404, 503].includes(again.status), JSON.stringify(again.body));
    return again.status !== 503;
  });
  assert.equal(await tokenStatus({ ...rotated, client_secret: secret }), 200);
  assert.equal(await tokenStatus(rotated), 401);
  assert.equal(await tokenStatus(deleted), 401);

  const logs = (await stack.db()).collection('logs');
  for (const [answer, path] of [
    [answers[0], `/api/v2/clients/${rotated.client_id}/rotate-secret`],
    [answers[1], `/api/v2/clients/${deleted.client_id}`],
    [answers[2], `/api/v2${api}`],
  ] as const) {
    if (answer === undefined || codeOf(answer) !== 'write_outcome_unknown') continue;
    await until(`a log of ${path}`, async () => {
      const kept = await logs.find({ type: 'sapi', description: /may be in effect/ }).toArray();
      return kept.some(({ details }) => {
        const { request, response, outcome } = JSON.parse(String(details)) as {
          request: { path: string };
          response: { statusCode: number };
          outcome?: string;
        };
        return request.path === path && response.statusCode === 503 && outcome === 'unknown';
      });
    });
  }
});
