import assert from 'node:assert/strict';
import type { Management } from '../support/management.ts';
import { showToken } from '../support/shown-token.ts';
import type { Stack } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';
import { grantClient, makeClient, type Body, type MadeClient } from './management-clients-fixtures.ts';

export const credentialsOf = ({ client_id, client_secret }: MadeClient) => ({ client_id, client_secret });

/** An API, the client that it is, and a client that is granted it. */
export type ApiWorld = {
  audience: string;
  apiId: string;
  /** May introspect tokens for the API. */
  api: MadeClient;
  client: MadeClient;
  grantId: string;
  token: () => Promise<string>;
  /** Whether a token is in force, as a gateway tells the API. */
  isActive: (token: string, gateway?: Pick<Stack, 'url'>) => Promise<boolean>;
};

let last = 0;

export async function apiWorld(management: Management, stack: Stack, api: Body = {}): Promise<ApiWorld> {
  const audience = `urn:shown:${String(process.pid)}:${String(++last)}`;
  const made = await management.call('POST', '/resource-servers', {
    identifier: audience,
    scopes: [{ value: 'read' }, { value: 'write' }],
    ...api,
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const resourceServer = await makeClient(management, {
    app_type: 'resource_server',
    resource_server_identifier: audience,
  });
  const client = await makeClient(management);
  const grant = await grantClient(management, client.client_id, audience, ['read', 'write']);
  return {
    audience,
    apiId: String((made.body as Body).id),
    api: resourceServer,
    client,
    grantId: String(grant.id),
    token: () => tokenOf(stack, client, audience),
    isActive: async (token, gateway = stack) => {
      const { status, body } = await showToken(gateway, 'introspect', { ...credentialsOf(resourceServer), token });
      assert.equal(status, 200, JSON.stringify(body));
      return body?.active === true;
    },
  };
}

export async function tokenOf(stack: Stack, client: MadeClient, audience: string): Promise<string> {
  const { status, body } = await requestToken(stack, { ...credentialsOf(client), audience });
  assert.equal(status, 200, JSON.stringify(body));
  return String(body.access_token);
}
