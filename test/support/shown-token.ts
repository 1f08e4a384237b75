import type { Stack } from './stack.ts';

export type ShownAnswer = { status: number; headers: Headers; body: Record<string, unknown> | undefined };

/**
 * Shows a token to `/oauth/introspect` or `/oauth/revoke`, as a form.
 *
 * @param parameters A client's credentials, and `token`; what is `undefined` is not sent.
 */
export async function showToken(
  { url }: Pick<Stack, 'url'>,
  endpoint: 'introspect' | 'revoke',
  parameters: Record<string, string | undefined>,
  headers: Record<string, string> = {},
): Promise<ShownAnswer> {
  const sent = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const body = new URLSearchParams(sent);
  const response = await fetch(`${url}/oauth/${endpoint}`, { method: 'POST', body, headers });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>),
  };
}
