import type { Stack } from './stack.ts';

type Reachable = Pick<Stack, 'url' | 'managementClientId' | 'managementClientSecret'>;

export type ApiAnswer = { status: number; headers: Headers; body: unknown };

/** The Management API of a running stack, called with a token of its first client. */
export type Management = {
  token: string;
  call: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<ApiAnswer>;
};

/** Gets a token for the Management API as any client does, and calls with it. `path` is below `/api/v2`. */
export async function openManagement(stack: Reachable, credentials = firstClientOf(stack)): Promise<Management> {
  const token = await managementToken(stack, credentials);
  return {
    token,
    call: async (method, path, body, headers = {}) => {
      const response = await fetch(`${stack.url}/api/v2${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
    },
  };
}

type Credentials = { client_id: string; client_secret: string };

const firstClientOf = (stack: Reachable): Credentials => ({
  client_id: stack.managementClientId,
  client_secret: stack.managementClientSecret,
});

/** A token for the Management API, with the scopes that the client was granted. */
export async function managementToken(stack: Reachable, credentials = firstClientOf(stack)): Promise<string> {
  const response = await fetch(`${stack.url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant_type: 'client_credentials', audience: `${stack.url}/api/v2/`, ...credentials }),
  });
  const body = (await response.json()) as { access_token?: string };
  if (body.access_token === undefined) throw new Error(`no token for the Management API: ${JSON.stringify(body)}`);
  return body.access_token;
}
