import * as oidc from 'openid-client';
import { isLoopbackName } from '../../../../shared/loopback.ts';
import { ProviderAway, providerFetch } from './provider-fetch.ts';
import { SignInError } from './sign-in-error.ts';
import type { SignInSettings } from './sign-in-settings.ts';

const TIMEOUT_SECONDS = 5;
/** The provider may move its endpoints. */
const METADATA_LIFETIME_MS = 3_600_000;
/** One that is away is not asked again by everybody who would sign in. */
const AWAY_MS = 5_000;

/** Of an error's name, which whoever comes back writes. */
const MAX_TOLD_LENGTH = 100;

/** What binds the provider's answer to the browser that asked. */
export type Asked = { state: string; nonce: string; codeVerifier: string };

/**
 * The OpenID provider that people sign in at: the authorization code flow with PKCE (RFC 7636), `state`, `nonce`, and `iss` of the answer
 * where the provider sends it (RFC 9207). Nothing is kept of its tokens.
 *
 * @param redirectUri Where the provider sends people back to.
 */
export function createProvider(settings: SignInSettings, redirectUri: string) {
  const { issuer, clientId, clientSecret, scope } = settings;
  let found: { configuration: Promise<oidc.Configuration>; untilMs: number } | undefined;

  function configured(): Promise<oidc.Configuration> {
    if (found !== undefined && performance.now() < found.untilMs) return found.configuration;
    const configuration = discover();
    const now = { configuration, untilMs: performance.now() + METADATA_LIFETIME_MS };
    configuration.catch(() => (now.untilMs = performance.now() + AWAY_MS));
    found = now;
    return configuration;
  }

  async function discover(): Promise<oidc.Configuration> {
    const isLocal = issuer.protocol === 'http:' && isLoopbackName(issuer.hostname);
    try {
      return await oidc.discovery(issuer, clientId, undefined, authentication(clientSecret), {
        timeout: TIMEOUT_SECONDS,
        [oidc.customFetch]: providerFetch,
        // The signature is checked too, although the token comes from the provider itself.
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- So that it stands out; it is for a provider on this machine alone.
        execute: [oidc.enableNonRepudiationChecks, ...(isLocal ? [oidc.allowInsecureRequests] : [])],
      });
    } catch (error) {
      throw new SignInError('console_provider_unavailable', 'the metadata of the provider cannot be had', {
        cause: error,
      });
    }
  }

  return {
    /** What people know it by. */
    name: issuer.host,

    /** @returns Where the browser goes to, and what must be known when it comes back. */
    async ask(): Promise<{ url: URL; asked: Asked }> {
      const configuration = await configured();
      const asked = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        codeVerifier: oidc.randomPKCECodeVerifier(),
      };
      const url = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope,
        state: asked.state,
        nonce: asked.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(asked.codeVerifier),
        code_challenge_method: 'S256',
      });
      return { url, asked };
    },

    /**
     * The claims of the ID token for which the answer's code is exchanged.
     *
     * @param query Of the address that the browser came back to, with its question mark.
     * @throws {SignInError}
     */
    async claimsOf(query: string, { state, nonce, codeVerifier }: Asked): Promise<oidc.IDToken> {
      const configuration = await configured();
      const url = new URL(redirectUri);
      url.search = query;
      try {
        const answer = await oidc.authorizationCodeGrant(configuration, url, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: codeVerifier,
          idTokenExpected: true,
        });
        const claims = answer.claims();
        if (claims === undefined) throw new Error('there is no ID token');
        return claims;
      } catch (error) {
        throw asSignInError(error);
      }
    },

    /** @returns Where it signs people out; `null` where it has no such place, or is away. */
    async describe(): Promise<{ name: string; is_reachable: boolean; sign_out_url: string | null }> {
      try {
        const sign_out_url = signOutUrl(await configured());
        return { name: issuer.host, is_reachable: true, sign_out_url };
      } catch {
        return { name: issuer.host, is_reachable: false, sign_out_url: null };
      }
    },
  };
}

/** A link of the page; `null` where the provider has no such place, or one that is no web address. */
function signOutUrl(configuration: oidc.Configuration): string | null {
  try {
    return oidc.buildEndSessionUrl(configuration).href;
  } catch {
    return null;
  }
}

/** As the provider takes it; OpenID Connect's own is the one that is not told of. */
function authentication(clientSecret: string): oidc.ClientAuth {
  const [post, basic] = [oidc.ClientSecretPost(clientSecret), oidc.ClientSecretBasic(clientSecret)];
  return (server, ...rest) => {
    const isPost = server.token_endpoint_auth_methods_supported?.includes('client_secret_basic') === false;
    (isPost ? post : basic)(server, ...rest);
  };
}

function asSignInError(error: unknown): SignInError {
  if (error instanceof oidc.AuthorizationResponseError)
    return new SignInError(
      'console_sign_in_refused',
      `the provider answered ${error.error.slice(0, MAX_TOLD_LENGTH)}`,
      { cause: error },
    );
  const isAway = error instanceof ProviderAway || (error instanceof Error && error.cause instanceof ProviderAway);
  return isAway
    ? new SignInError('console_provider_unavailable', 'the provider does not answer', { cause: error })
    : new SignInError('console_sign_in_failed', 'the answer of the provider does not hold', { cause: error });
}
