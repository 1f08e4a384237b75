import { createPublicKey } from 'node:crypto';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import { z } from 'zod';
import { formContentType } from './load/generator.ts';
import type { SigningAlg, System } from './systems.ts';

const tokenSchema = z.object({ access_token: z.string() });

/** Gets one token and fails unless it is what the leg is meant to measure: key type, signature, audience and claims. */
export async function verifyToken(system: System, signal: AbortSignal): Promise<void> {
  const [token, jwks] = await Promise.all([fetchToken(system, signal), fetchJwks(system, signal)]);
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(jwks), {
    algorithms: [system.signingAlg],
    audience: system.audience,
  });
  assertKeyType(system, jwks, protectedHeader.kid);
  assertClaims(system, payload);
}

async function fetchToken({ tokenUrl, body, makeProofs }: System, signal: AbortSignal): Promise<string> {
  const [proof] = (await makeProofs?.(1)) ?? [];
  const response = await fetch(tokenUrl, {
    method: 'POST',
    headers: { 'content-type': formContentType, ...(proof === undefined ? {} : { dpop: proof }) },
    body,
    signal,
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${tokenUrl} answered ${response.status}: ${text}`);
  return tokenSchema.parse(JSON.parse(text)).access_token;
}

async function fetchJwks({ jwksUrl }: System, signal: AbortSignal): Promise<JSONWebKeySet> {
  const response = await fetch(jwksUrl, { signal });
  if (response.status !== 200) throw new Error(`${jwksUrl} answered ${response.status}`);
  return (await response.json()) as JSONWebKeySet;
}

const keyTypes: Record<SigningAlg, object> = {
  RS256: { modulusLength: 2048, publicExponent: 65537n },
  ES256: { namedCurve: 'prime256v1' },
};

function assertKeyType(system: System, jwks: JSONWebKeySet, kid: string | undefined): void {
  const jwk = jwks.keys.find((key) => key.kid === kid);
  if (jwk === undefined) throw new Error(`${system.name} does not publish the key "${String(kid)}"`);
  const details = createPublicKey({ key: jwk, format: 'jwk' }).asymmetricKeyDetails ?? {};
  for (const [property, expected] of Object.entries(keyTypes[system.signingAlg])) {
    const actual: unknown = details[property as keyof typeof details];
    if (actual !== expected) throw new Error(`${system.name} signs with ${property} ${String(actual)}`);
  }
}

function assertClaims(system: System, payload: JWTPayload): void {
  const claim = payload['https://foo.com/claim'];
  if (claim !== (system.hooked ? 'bar' : undefined)) {
    throw new Error(`${system.name} issued a token with "https://foo.com/claim": ${JSON.stringify(claim)}`);
  }
  const scopes = String(payload.scope).split(' ');
  if (scopes.includes('extra') !== system.hooked) {
    throw new Error(`${system.name} issued a token with "scope": ${JSON.stringify(payload.scope)}`);
  }
}
