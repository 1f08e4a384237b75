import { createHmac, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

/** A key pair of a client that proves to have it (RFC 9449). */
export type DpopKey = { alg: string; privateKey: CryptoKey; publicKey: CryptoKey; jwk: JWK; jkt: string };

export async function newDpopKey(alg = 'ES256', options: { modulusLength?: number } = {}): Promise<DpopKey> {
  const pair = await generateKeyPair(alg, { ...options, extractable: true });
  const jwk = await exportJWK(pair.publicKey);
  return { alg, ...pair, jwk, jkt: await calculateJwkThumbprint(jwk) };
}

type Members = Record<string, unknown>;

/** A proof as a client makes it for the token endpoint, with `claims` and members of `header` in place of its own; `undefined` takes one out. */
export function makeProof(key: DpopKey, htu: string, claims: Members = {}, header: Members = {}): Promise<string> {
  return new SignJWT({ jti: randomUUID(), htm: 'POST', htu, iat: Math.floor(Date.now() / 1000), ...claims })
    .setProtectedHeader({ alg: key.alg, typ: 'dpop+jwt', jwk: key.jwk, ...header })
    .sign(key.privateKey);
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A proof that no library would make: the header as it is, and a signature by `secret` (HMAC) or none. */
export function forgeProof(htu: string, header: Members, secret?: Buffer): string {
  const claims = { jti: randomUUID(), htm: 'POST', htu, iat: Math.floor(Date.now() / 1000) };
  const input = `${base64url({ typ: 'dpop+jwt', ...header })}.${base64url(claims)}`;
  const signature = secret === undefined ? '' : createHmac('sha256', secret).update(input).digest('base64url');
  return `${input}.${signature}`;
}
