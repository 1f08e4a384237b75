import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';

export type Forged = {
  claims?: Record<string, unknown>;
  /** `none`: without a signature. Default: ES256, by the provider's key. */
  alg?: 'none' | 'HS256';
  /** Added to the header of the ID token. */
  header?: Record<string, unknown>;
  /** Another key than the one in the key set. */
  isByAnotherKey?: boolean;
};

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An OpenID provider that says what a test makes it say, on the loopback address. */
export async function startForgingProvider(clientId: string, clientSecret: string) {
  const keys = [0, 1].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  const [own, other] = keys as [{ privateKey: KeyObject; publicKey: KeyObject }, { privateKey: KeyObject }];
  const answers = new Map<string, Answer>();
  const codes: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const answer = answers.get(path);
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;

  const json =
    (value: object): Answer =>
    (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
  answers.set(
    '/.well-known/openid-configuration',
    json({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      end_session_endpoint: 'javascript:alert(1)',
      response_types_supported: ['code'],
      id_token_signing_alg_values_supported: ['ES256'],
      authorization_response_iss_parameter_supported: true,
    }),
  );
  answers.set('/jwks', json({ keys: [{ ...own.publicKey.export({ format: 'jwk' }), alg: 'ES256', kid: 'own' }] }));

  async function idToken(
    { claims = {}, alg, header = {}, isByAnotherKey = false }: Forged,
    nonce: string,
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const all = {
      iss: issuer,
      sub: 'eve',
      aud: clientId,
      iat: now,
      exp: now + 60,
      nonce,
      roles: ['admins'],
      ...claims,
    };
    if (alg === 'none') {
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      return `${part({ alg: 'none' })}.${part(all)}.`;
    }
    const jwt = new SignJWT(all).setProtectedHeader({ alg: alg ?? 'ES256', kid: 'own', ...header });
    if (alg === 'HS256') return jwt.sign(new TextEncoder().encode(clientSecret));
    // An extension is not refused by who signs.
    return jwt.sign(isByAnotherKey ? other.privateKey : own.privateKey, { crit: { x: true } });
  }

  return {
    issuer,
    /** Codes that were shown to the token endpoint. */
    codes,
    /** What the token endpoint answers from now on: an ID token as said, for the nonce of the one who asks. */
    forge: (forged: Forged, nonce: string): void => {
      answers.set('/token', (request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const code = new URLSearchParams(Buffer.concat(chunks).toString()).get('code') ?? '';
          codes.push(code);
          void idToken(forged, nonce).then((id_token) =>
            json({ access_token: 'x', token_type: 'Bearer', id_token })(request, response),
          );
        });
      });
    },
    answer: (path: string, answer: Answer): void => void answers.set(path, answer),
    close: (): void => {
      server.closeAllConnections();
      server.close();
    },
  };
}
