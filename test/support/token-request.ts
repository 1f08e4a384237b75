import type { Stack } from './stack.ts';

export type TokenAnswer = { status: number; headers: Headers; body: Record<string, unknown> };

/** Asks the stack for a token as its demo client, form-encoded; `overrides` replace or, when undefined, remove parameters. */
export async function requestToken(
  stack: Pick<Stack, 'url' | 'clientId' | 'clientSecret' | 'audience'>,
  overrides: Record<string, string | undefined> = {},
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const parameters: Record<string, string | undefined> = {
    grant_type: 'client_credentials',
    client_id: stack.clientId,
    client_secret: stack.clientSecret,
    audience: stack.audience,
    ...overrides,
  };
  const form = new URLSearchParams(
    Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const response = await fetch(`${stack.url}/oauth/token`, { method: 'POST', body: form, headers });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}
