import assert from 'node:assert/strict';

/** A client as the token endpoint knows it. */
export type Credentials = { client_id: string; client_secret: string };

/**
 * Makes an API, a client and a hook over the Management API, as a new deployment's first client would.
 *
 * @param script The hook, of the trigger `credentials-exchange`.
 * @returns The client, and the audience that it may ask for.
 */
export async function makeFirstClient(
  origin: string,
  first: Credentials,
  script: string,
): Promise<Credentials & { audience: string }> {
  const managementToken = await tokenOf(origin, { ...first, audience: `${origin}/api/v2/` });
  const create = async (path: string, body: object): Promise<Record<string, string>> => {
    const response = await fetch(`${origin}/api/v2/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${managementToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = await response.text();
    assert.equal(response.status, 201, `${path}: ${answer}`);
    return JSON.parse(answer) as Record<string, string>;
  };
  const audience = 'https://api.example.com';
  await create('resource-servers', { identifier: audience, name: 'API' });
  const client = await create('clients', {
    name: 'worker',
    app_type: 'non_interactive',
    grant_types: ['client_credentials'],
  });
  await create('client-grants', { client_id: client.client_id, audience, scope: [] });
  await create('hooks', { name: 'first', triggerId: 'credentials-exchange', enabled: true, script });
  const { client_id = '', client_secret = '' } = client;
  return { client_id, client_secret, audience };
}

export async function tokenOf(origin: string, parameters: Record<string, string>): Promise<string> {
  const response = await fetch(`${origin}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', ...parameters }),
  });
  const answer = (await response.json()) as { access_token?: string };
  assert.equal(response.status, 200, JSON.stringify(answer));
  return answer.access_token ?? '';
}
