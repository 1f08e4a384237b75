import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { openManagement, type ApiAnswer, type Management } from '../support/management.ts';
import type { Stack } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';

export type Body = Record<string, unknown>;
export type MadeClient = Body & { client_id: string; client_secret: string };

/** The Management API with the patience of Auth0's SDKs: what is refused for its rate is asked again. */
export async function openPatiently(stack: Stack, client?: MadeClient): Promise<Management> {
  const management = await openManagement(stack, client);
  return {
    ...management,
    call: async (...request) => {
      for (;;) {
        const answer = await management.call(...request);
        if (answer.status !== 429) return answer;
        await delay(Number(answer.headers.get('retry-after')) * 1000);
      }
    },
  };
}

export async function told(answer: Promise<ApiAnswer>): Promise<[number, unknown]> {
  const { status, body } = await answer;
  return [status, body];
}

export async function refused(answer: Promise<ApiAnswer>, status: number, message: string): Promise<void> {
  const { body, ...rest } = await answer;
  assert.deepEqual([rest.status, (body as Body).message], [status, message]);
}

/** Makes a client by the API; an M2M client unless `body` says otherwise. */
export async function makeClient(api: Management, body: Body = {}): Promise<MadeClient> {
  const answer = await api.call('POST', '/clients', { name: 'A client', app_type: 'non_interactive', ...body });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body as MadeClient;
}

/** Grants a client scopes of an API, and answers the grant. */
export async function grantClient(
  api: Management,
  client_id: string,
  audience: string,
  scope: readonly string[],
): Promise<Body> {
  const answer = await api.call('POST', '/client-grants', { client_id, audience, scope });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body as Body;
}

/** The Management API as a client sees it that has only these scopes. */
export async function openWithScopes(api: Management, stack: Stack, ...scope: string[]): Promise<Management> {
  const client = await makeClient(api);
  await grantClient(api, client.client_id, `${stack.url}/api/v2/`, scope);
  return openPatiently(stack, client);
}

/** The status of a token request of a client at the demo API. */
export async function tokenStatus(stack: Stack, client_id: string, client_secret: string): Promise<number> {
  return (await requestToken(stack, { client_id, client_secret })).status;
}
