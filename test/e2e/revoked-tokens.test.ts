import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { openManagement, type Management } from '../support/management.ts';
import { startAnother } from '../support/another-service.ts';
import { showToken } from '../support/shown-token.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';
import { grantClient, makeClient, openPatiently, type Body } from './management-clients-fixtures.ts';
import { apiWorld, credentialsOf, tokenOf, type ApiWorld } from './shown-token-fixtures.ts';

let management: Management;
const stack = withStack({ hook: null }, async (started) => {
  management = await openPatiently(started);
});

async function must(method: string, path: string, body?: unknown): Promise<Body> {
  const answer = await management.call(method, path, body);
  assert(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body as Body;
}

/** As clients do: it is told to come back while its tokens would be dated before the revocation. */
async function nextToken(of: Pick<ApiWorld, 'client' | 'audience'>): Promise<string> {
  for (;;) {
    const { status, headers, body } = await requestToken(stack(), {
      ...credentialsOf(of.client),
      audience: of.audience,
    });
    if (status === 200) return String(body.access_token);
    assert.deepEqual([status, body.error], [503, 'temporarily_unavailable'], JSON.stringify(body));
    const seconds = Number(headers.get('retry-after'));
    assert(seconds >= 1 && seconds <= 6, `Retry-After: ${String(seconds)}`);
    await delay(seconds * 1_000);
  }
}

describe('the tokens of a client are revoked', () => {
  it('all of a client, or those for one API, and no others', async () => {
    const of = await apiWorld(management, stack());
    const other = await apiWorld(management, stack(), { token_dialect: 'rfc9068_profile' });
    await grantClient(management, of.client.client_id, other.audience, ['read']);
    const [here, there] = [await of.token(), await tokenOf(stack(), of.client, other.audience)];
    const others = await other.token();
    const path = `/clients/${of.client.client_id}/revoke-tokens`;

    const answer = await must('POST', path, { audience: of.audience });
    assert.deepEqual([answer.client_id, answer.audience], [of.client.client_id, of.audience]);
    const untilMs = Date.parse(String(answer.tokens_revoked_until));
    assert(untilMs > Date.now() && untilMs < Date.now() + 5_001);
    assert.deepEqual([await of.isActive(here), await other.isActive(there)], [false, true]);
    const fresh = await nextToken(of);
    assert((decodeJwt(fresh).iat ?? 0) * 1_000 > untilMs);
    assert.equal(await of.isActive(fresh), true);

    assert.equal('audience' in (await must('POST', path)), false);
    assert.deepEqual([await of.isActive(fresh), await other.isActive(there)], [false, false]);
    assert.equal(await other.isActive(others), true);
    assert.equal(await of.isActive(await nextToken(of)), true);
  });

  it('what is not there is 404, and who may not is 403', async () => {
    const of = await apiWorld(management, stack());
    const path = `/clients/${of.client.client_id}/revoke-tokens`;
    for (const [at, body, code] of [
      ['/clients/nobody/revoke-tokens', {}, 'inexistent_client'],
      [path, { audience: 'urn:nowhere' }, 'inexistent_client_grant'],
    ] as const) {
      const answer = await management.call('POST', at, body);
      assert.deepEqual([answer.status, (answer.body as Body).errorCode], [404, code]);
    }
    assert.equal((await management.call('POST', path, { audience: 5 })).status, 400);
    assert.equal(await of.isActive(await of.token()), true);
  });

  it('a rotation of the secret revokes them too, where that is asked for', async () => {
    const of = await apiWorld(management, stack());
    const token = await of.token();
    const path = `/clients/${of.client.client_id}/rotate-secret`;
    await must('POST', path, { overlap_seconds: 60 });
    assert.equal(await of.isActive(token), true);
    await must('POST', path, { revoke_tokens: true });
    assert.equal(await of.isActive(token), false);
  });

  it('by what ends: the grant, the client, the API; and not again by others of the same name', async () => {
    const ends: Record<string, (of: ApiWorld) => Promise<void>> = {
      grant: async ({ grantId, client: { client_id }, audience }) => {
        await must('DELETE', `/client-grants/${grantId}`);
        await delay(1_100);
        await grantClient(management, client_id, audience, ['read', 'write']);
      },
      client: async ({ client, audience }) => {
        const { client_id, client_secret } = client;
        await must('DELETE', `/clients/${client_id}`);
        await delay(1_100);
        await makeClient(management, { client_id, client_secret });
        await grantClient(management, client_id, audience, ['read', 'write']);
      },
      API: async ({ apiId, client: { client_id }, audience }) => {
        await must('DELETE', `/resource-servers/${apiId}`);
        await delay(1_100);
        await must('POST', '/resource-servers', { identifier: audience, scopes: [{ value: 'read' }] });
        await grantClient(management, client_id, audience, ['read']);
      },
    };
    for (const [what, end] of Object.entries(ends)) {
      const of = await apiWorld(management, stack());
      const token = await of.token();
      assert.equal(await of.isActive(token), true);
      const ended = end(of);
      await delay(500);
      assert.equal(await of.isActive(token), false, `${what} is gone`);
      await ended;
      assert.equal(await of.isActive(token), false, `${what} is another`);
      assert.equal(await of.isActive(await nextToken(of)), true, what);
    }
  });

  it('at every gateway at once', async () => {
    const gateway = await startAnother(stack(), 'gateway');
    try {
      const of = await apiWorld(management, stack());
      for (let round = 0; round < 5; round++) {
        const token = await nextToken(of);
        assert.equal(await of.isActive(token, gateway), true);
        const { status } = await showToken(stack(), 'revoke', { ...credentialsOf(of.client), token });
        assert.equal(status, 200);
        assert.deepEqual([await of.isActive(token, gateway), await of.isActive(token)], [false, false]);
        await delay(1_000);
      }
      const token = await nextToken(of);
      await must('POST', `/clients/${of.client.client_id}/revoke-tokens`);
      assert.equal(await of.isActive(token, gateway), false);
    } finally {
      await gateway.stop();
    }
  });
});

it('a token of the Management API that was revoked lets nobody in', async () => {
  const client = await makeClient(management);
  await grantClient(management, client.client_id, `${stack().url}/api/v2/`, ['read:clients']);
  const alone = await openManagement(stack(), client);
  const status = async () => (await alone.call('GET', '/clients?per_page=1')).status;
  assert.equal(await status(), 200);
  assert.equal((await showToken(stack(), 'revoke', { ...credentialsOf(client), token: alone.token })).status, 200);
  const refused = await alone.call('GET', '/clients?per_page=1');
  assert.deepEqual([refused.status, (refused.body as Body).message], [401, 'The token was revoked']);

  const token = await nextToken({ client, audience: `${stack().url}/api/v2/` });
  const read = () =>
    fetch(`${stack().url}/api/v2/clients?per_page=1`, { headers: { authorization: `Bearer ${token}` } });
  // Of two of one second the dialect makes one and the same.
  if (token !== alone.token) assert.equal((await read()).status, 200);
  await must('POST', `/clients/${client.client_id}/revoke-tokens`);
  assert.equal((await read()).status, 401);
});

it('who revoked them is in the log, and what it was, without the token', async () => {
  const of = await apiWorld(management, stack());
  const { tokens_revoked_until } = await must('POST', `/clients/${of.client.client_id}/revoke-tokens`);
  const path = `/logs?q=${encodeURIComponent('type:sapi AND description:"Revoke the tokens of a client"')}`;
  const found = async () =>
    ((await must('GET', path)) as unknown as { client_id: string; details: Body }[]).find(
      ({ details }) => details.document_id === of.client.client_id,
    );
  await until('it is a log', async () => (await found()) !== undefined);
  const log = await found();
  assert.equal(log?.client_id, stack().managementClientId);
  assert.deepEqual([log.details.before, log.details.after], [{ tokens_revoked_until: null }, { tokens_revoked_until }]);
});
