import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import Provider, { type ClientCredentialsToken, type Configuration } from 'oidc-provider';
import type { SigningAlg } from '../systems.ts';
import { listen, serveParent } from './child.ts';
import { tutorialHook, type HookInput, type HookOutput } from './tutorial-hook.ts';
import { askWebhook } from './webhook-client.ts';

export type OidcProviderOptions = {
  signingAlg: SigningAlg;
  clientId: string;
  clientSecret: string;
  audience: string;
  /** Where the hook code runs; without it, in this process. */
  webhookUrl?: string;
};

type RunHook = (input: HookInput) => HookOutput | Promise<HookOutput>;

const tokenLifetimeSeconds = 86_400;
const resource = 'urn:hookmint:bench';

/**
 * oidc-provider issuing the token that hookmint issues, for the same request body: the audience that the body names is
 * this provider's default resource. JWT access tokens are not stored, and the one client is static, so the memory
 * adapter is never reached: it neither costs time nor grows.
 */
serveParent(async (message) => {
  const options = message as OidcProviderOptions;
  const server = createServer();
  const issuer = await listen(server);
  server.on('request', new Provider(issuer, configuration(options, runHookOf(options))).callback());
  return issuer;
});

function runHookOf({ webhookUrl }: OidcProviderOptions): RunHook {
  if (webhookUrl === undefined) return tutorialHook;
  const url = new URL(webhookUrl);
  return (input) => askWebhook(url, input);
}

function configuration(options: OidcProviderOptions, runHook: RunHook): Configuration {
  const { signingAlg, clientId, clientSecret, audience } = options;
  return {
    jwks: { keys: [signingKey(signingAlg)] },
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        token_endpoint_auth_method: 'client_secret_post',
        id_token_signed_response_alg: signingAlg,
      },
    ],
    clientAuthMethods: ['client_secret_post'],
    responseTypes: [],
    scopes: ['read:data', 'extra'],
    routes: { token: '/oauth/token', jwks: '/.well-known/jwks.json' },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        getResourceServerInfo: () => ({
          scope: 'read:data extra',
          audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: tokenLifetimeSeconds,
          jwt: { sign: { alg: signingAlg } },
        }),
      },
    },
    extraTokenClaims: async (_context, token) => applyHook(token, runHook),
    formats: {
      customizers: {
        jwt: (_context, token, jwt) => {
          jwt.payload.scope = token.scope;
        },
      },
    },
  };
}

async function applyHook(token: ClientCredentialsToken, runHook: RunHook): Promise<Record<string, unknown>> {
  const input = { client: { id: token.clientId }, scope: ['read:data'], audience: token.aud };
  const { scope, ...claims } = await runHook(input);
  token.scope = scope.join(' ');
  return claims;
}

function signingKey(signingAlg: SigningAlg): object {
  const { privateKey } =
    signingAlg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), kid: 'bench', use: 'sig', alg: signingAlg };
}
