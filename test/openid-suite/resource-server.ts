import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { TLSSocket } from 'node:tls';
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  jwtVerify,
  type JSONWebKeySet,
  type JWTPayload,
} from 'jose';
import { validateJwtAccessToken, type AuthorizationServer } from 'oauth4webapi';
import { newIdentity } from '../support/tls-client.ts';

export type Binding = 'dpop' | 'mtls';

/** The API that the suite calls with the tokens it got. */
export type ResourceServer = {
  url: string;
  /** From now on it takes tokens for this audience that are bound so, and no others. */
  take: (audience: string, binding: Binding) => void;
  close: () => void;
};

/** Of proofs, by FAPI 2.0 §5.4.1. */
const PROOF_ALGORITHMS: readonly unknown[] = ['PS256', 'ES256', 'EdDSA', 'Ed25519'];
const CIPHERS =
  'TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384';

/** @param issuer As tokens name it. */
export async function startResourceServer(issuer: string): Promise<ResourceServer> {
  const names = [{ type: 'dns' as const, value: 'localhost' }];
  const { cert, key } = await newIdentity({ subject: 'CN=localhost', usage: 'server', names });
  const jwks_uri = new URL('.well-known/jwks.json', issuer).href;
  const used = new Set<unknown>();
  let wanted: { audience: string; binding: Binding } = { audience: '', binding: 'dpop' };

  async function byProof(request: IncomingMessage): Promise<void> {
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers))
      if (typeof value === 'string') headers.set(name, value);
    const seen = new Request(new URL(request.url ?? '/', url), { method: request.method ?? 'GET', headers });
    const server: AuthorizationServer = { issuer, jwks_uri };
    await validateJwtAccessToken(server, seen, wanted.audience, { requireDPoP: true });
    const proof = headers.get('dpop') ?? '';
    if (!PROOF_ALGORITHMS.includes(decodeProtectedHeader(proof).alg))
      throw new Error('an algorithm that FAPI excludes');
    const { jti } = decodeJwt(proof);
    if (used.has(jti)) throw new Error('a proof that was used');
    used.add(jti);
  }

  async function byCertificate(request: IncomingMessage): Promise<void> {
    const [, token = ''] = /^bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    const keys = createLocalJWKSet((await (await fetch(jwks_uri)).json()) as JSONWebKeySet);
    const { payload } = await jwtVerify(token, keys, { issuer, audience: wanted.audience, typ: 'at+jwt' });
    const { socket } = request;
    const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
    const shown = certificate && createHash('sha256').update(certificate.raw).digest('base64url');
    const { cnf } = payload as JWTPayload & { cnf?: Record<string, unknown> };
    if (shown === undefined || cnf?.['x5t#S256'] !== shown) throw new Error('not the certificate of the token');
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const interaction = request.headers['x-fapi-interaction-id'] ?? crypto.randomUUID();
    const headers = { 'Content-Type': 'application/json', 'x-fapi-interaction-id': interaction };
    try {
      await (wanted.binding === 'dpop' ? byProof : byCertificate)(request);
      response.writeHead(200, headers).end('{}');
    } catch {
      const scheme = wanted.binding === 'dpop' ? 'DPoP' : 'Bearer';
      const challenge = { 'WWW-Authenticate': `${scheme} error="invalid_token"` };
      response.writeHead(401, { ...headers, ...challenge }).end('{}');
    }
  }

  const tls = { cert, key, ciphers: CIPHERS, requestCert: true, rejectUnauthorized: false };
  const server = createServer(tls, (request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `https://localhost:${String(typeof address === 'object' && address !== null ? address.port : 0)}/`;
  return {
    url,
    take: (audience, binding) => {
      wanted = { audience, binding };
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
