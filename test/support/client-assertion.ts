import { generateKeyPairSync, randomUUID, type KeyObject, type webcrypto } from 'node:crypto';
import { SignJWT } from 'jose';
import { JWT_BEARER } from '../../services/gateway/steps/read-assertion.ts';
import type { Stack } from './stack.ts';
import { requestToken, type TokenAnswer } from './token-request.ts';

/** A key that a client signs assertions with. */
export type ClientKey = { alg: string; privateKey: KeyObject; jwk: webcrypto.JsonWebKey };

const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384' };

export function newClientKey(alg = 'ES256'): ClientKey {
  const { publicKey, privateKey } = newPair(alg);
  return { alg, privateKey, jwk: publicKey.export({ format: 'jwk' }) };
}

function newPair(alg: string): { publicKey: KeyObject; privateKey: KeyObject } {
  if (alg.startsWith('Ed')) return generateKeyPairSync('ed25519');
  const namedCurve = CURVES[alg];
  return namedCurve === undefined
    ? generateKeyPairSync('rsa', { modulusLength: 2_048 })
    : generateKeyPairSync('ec', { namedCurve });
}

/** An assertion as the client makes it, with `claims` and `header` in place of its own. */
export function signAssertion(
  { url }: Pick<Stack, 'url'>,
  clientId: string,
  { alg, privateKey }: Omit<ClientKey, 'jwk'>,
  { claims = {}, header = {} }: { claims?: Record<string, unknown>; header?: Record<string, unknown> } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const own = { iss: clientId, sub: clientId, aud: `${url}/`, iat: now, exp: now + 120, jti: randomUUID() };
  return new SignJWT({ ...own, ...claims }).setProtectedHeader({ alg, ...header }).sign(privateKey);
}

/** Asks for a token of the demo API with an assertion alone. */
export const askByAssertion = (
  stack: Stack,
  client_assertion: string,
  more: Record<string, string | undefined> = {},
  headers: Record<string, string> = {},
): Promise<TokenAnswer> =>
  requestToken(
    stack,
    {
      client_id: undefined,
      client_secret: undefined,
      client_assertion,
      client_assertion_type: JWT_BEARER,
      ...more,
    },
    headers,
  );
