import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { importJWK, SignJWT, type JWTPayload } from 'jose';
import { openPrivateJwk } from '../../services/signer/private-key.ts';
import { signingKeysIn } from '../../shared/store/signing-keys.ts';
import type { ApiAnswer, Management } from '../support/management.ts';
import type { Stack } from '../support/stack.ts';

/** What the launcher keeps of secrets in its data folder. */
export function secretsOf(stack: Stack): Record<string, unknown> {
  return JSON.parse(readFileSync(join(stack.dataDir, 'secrets.json'), 'utf8')) as Record<string, unknown>;
}

/** Calls the API with any token, body and headers; `body` is sent as it is. */
export async function callAs(
  stack: Stack,
  token: string,
  [method, path]: [method: string, path: string],
  body?: string,
  headers: Record<string, string> = {},
): Promise<ApiAnswer> {
  const response = await fetch(`${stack.url}/api/v2${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

/** Opens a stream with any token, and gives it up as soon as it has been answered. */
export async function openAs(
  stack: Stack,
  token: string,
  [method, path]: [method: string, path: string],
): Promise<ApiAnswer> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${stack.url}/api/v2${path}`, { method, headers });
  const body: unknown = response.ok ? await response.body?.cancel() : await response.json();
  return { status: response.status, headers: response.headers, body };
}

/** Signs with the signer's own key, as only who has stolen it could: what else of a token is checked is then all there is. */
export async function signerOf(stack: Stack) {
  const encryptionKey = Buffer.from(String(secretsOf(stack).signing_key_encryption_key), 'base64url');
  const keys = await signingKeysIn(await stack.db()).list();
  const current = keys.find(({ alg, state }) => alg === 'RS256' && state === 'current');
  if (current === undefined) throw new Error('there is no signing key');
  const key = await importJWK(await openPrivateJwk(current, encryptionKey), 'RS256');
  return {
    kid: current.kid,
    publicJwk: current.public_jwk,
    sign: (claims: JWTPayload, header: { kid?: string; typ?: string } = {}): Promise<string> =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: current.kid, ...header }).sign(key),
  };
}

/** The first answer that satisfies, asked for again and again: logs appear soon after what they tell of. */
export async function untilIt<T>(ask: () => Promise<T>, satisfies: (answer: T) => boolean): Promise<T> {
  const untilMs = Date.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (satisfies(answer)) return answer;
    if (Date.now() > untilMs) throw new Error(`in vain: ${JSON.stringify(answer).slice(0, 500)}`);
    await delay(50);
  }
}

/** Text of that many levels of arrays. */
export const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

export const HOOK_SCRIPT = 'module.exports = (client, scope, audience, context, cb) => cb(null, { scope });';

/** Makes a hook by the API, and tells its id and its first revision. */
export async function makeHook(api: Management, name: string): Promise<{ id: string; revision: string }> {
  const made = await api.call('POST', '/hooks', { name, script: HOOK_SCRIPT, triggerId: 'credentials-exchange' });
  const { id } = made.body as { id: string };
  const { revisions } = (await api.call('GET', `/hooks/${id}/revisions`)).body as { revisions: [{ revision: string }] };
  return { id, revision: revisions[0].revision };
}
