import type { Stack } from './stack.ts';
import type { TokenAnswer } from './token-request.ts';

/** Posts any body to the token endpoint. */
export async function postToken(
  stack: Stack,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const response = await fetch(`${stack.url}/oauth/token`, { method: 'POST', body: Buffer.from(body), headers });
  const text = await response.text();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error(`the answer is no JSON: ${String(response.status)} ${text}`);
  }
  return { status: response.status, headers: response.headers, body: parsed as Record<string, unknown> };
}

/** Posts a JSON body: the demo client's request, with `overrides` put in or, when undefined, taken out. */
export function postJson(stack: Stack, overrides: Record<string, unknown> = {}): Promise<TokenAnswer> {
  return postToken(stack, JSON.stringify({ ...demoRequest(stack), ...overrides }), {
    'content-type': 'application/json',
  });
}

/** The parameters of the demo client's request. */
export function demoRequest(stack: Stack): Record<string, string> {
  return {
    grant_type: 'client_credentials',
    client_id: stack.clientId,
    client_secret: stack.clientSecret,
    audience: stack.audience,
  };
}

/** An `Authorization` header of RFC 6749 §2.3.1. */
export function basic(clientId: string, clientSecret: string): string {
  const encode = (half: string): string => new URLSearchParams({ v: half }).toString().slice('v='.length);
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`;
}

/** What an answer says, in one value to compare: all of the body, and the headers that the protocol speaks of. */
export function told({ status, headers, body }: TokenAnswer) {
  const named = ['cache-control', 'pragma', 'www-authenticate', 'retry-after'] as const;
  return {
    status,
    body,
    headers: Object.fromEntries(
      named.flatMap((name) => {
        const value = headers.get(name);
        return value === null ? [] : [[name, value]];
      }),
    ),
  };
}

/** Of every answer of the token endpoint (RFC 6749 §5.1). */
export const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' };

export const CHALLENGE = { 'www-authenticate': 'Basic realm="hookmint", charset="UTF-8"' };

/** What {@link told} gives for an error. */
export function refusal(
  status: number,
  error: string,
  error_description: string,
  headers: Record<string, string> = {},
) {
  return { status, body: { error, error_description }, headers: { ...NO_STORE, ...headers } };
}
