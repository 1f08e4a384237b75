import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export type OpenIdProvider = {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Lets the client have its answers sent to an address, which is known when hookmint runs. */
  allow(redirectUri: string): void;
  /** As if its machine was gone. */
  stop(): void;
};

/** oidc-provider, in this process on the loopback address: whoever signs in by a name here has its claims; any password will do. */
export async function startOpenIdProvider(
  people: Readonly<Record<string, { name: string; roles: string[] }>>,
): Promise<OpenIdProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const [clientId, clientSecret] = ['hookmint-console', randomBytes(32).toString('base64url')];
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });

  const allow = (redirectUri: string): void => {
    const provider = new Provider(issuer, {
      jwks: { keys: [{ ...key, alg: 'ES256', use: 'sig' }] },
      clients: [
        {
          client_id: clientId,
          client_secret: clientSecret,
          redirect_uris: [redirectUri],
          id_token_signed_response_alg: 'ES256',
        },
      ],
      cookies: { keys: [randomBytes(32).toString('base64url')] },
      claims: { openid: ['sub'], profile: ['name', 'roles'], email: ['email'] },
      // Into the ID token, although there is an access token.
      conformIdTokenClaims: false,
      findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
      features: { devInteractions: { enabled: true } },
    });
    server.removeAllListeners('request').on('request', provider.callback());
  };
  return {
    issuer,
    clientId,
    clientSecret,
    allow,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The settings of hookmint for a provider. */
export const providerEnv = (
  { issuer, clientId, clientSecret }: Pick<OpenIdProvider, 'issuer' | 'clientId' | 'clientSecret'>,
  roles: Readonly<Record<string, string | readonly string[]>>,
): Record<string, string> => ({
  HOOKMINT_CONSOLE_OIDC_ISSUER: issuer,
  HOOKMINT_CONSOLE_OIDC_CLIENT_ID: clientId,
  HOOKMINT_CONSOLE_OIDC_CLIENT_SECRET: clientSecret,
  HOOKMINT_CONSOLE_ROLES: JSON.stringify(roles),
});
