import type { HookArguments } from '../../../shared/domain/hook-arguments.ts';
import type { HydraWebhook } from '../../../shared/domain/webhooks/hydra.ts';
import { answerJson, isObject } from './answer-json.ts';
import { headerValue } from './header-value.ts';
import { grantTypeOf, subjectOf } from './speaks-for.ts';
import { WebhookError, type Decision, type SecretOf, type Webhook } from './webhook.ts';

// Ory Hydra's token hook (its documentation, "OAuth 2.0 webhooks"); docs/from-hydra.md has what differs.

/** What of a token request Hydra passes on; the assertion of a grant for somebody else is a credential, and not among what hooks see. */
const PASSED_ON = ['grant_type', 'response_type', 'scope', 'client_id', 'assertion'];
/** What Hydra never takes out of `ext`. */
const NEVER_AT_THE_TOP = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'client_id', 'scp', 'ext'];
/** Hydra's words to the client, with those that it has for each access_denied. */
const SAID =
  'The token hook target responded with an error. Make sure that the request you are making is valid. ' +
  'Maybe the credential or request parameters you are using are limited in scope or otherwise restricted.';
/** Go's zero time. */
const NO_TIME = '0001-01-01T00:00:00Z';
// RFC 6265 §4.1.1: cookie-octet.
const COOKIE_VALUE = /^[!#-+\--:<-[\]-~]*$/;

/** As Go's client follows them, and as Hydra repeats a request: twice, where there was no answer or one that may pass. */
const REDIRECTS = 10;
const REPEATS = 2;
const PAUSE_MS = 1_000;

export function hydraWebhook(configuration: HydraWebhook, secretOf: SecretOf): Webhook {
  const credentials = credentialsOf(configuration, secretOf);
  return {
    url: configuration.url,
    redirects: REDIRECTS,
    repeats: {
      most: REPEATS,
      pauseMs: PAUSE_MS,
      ofStatus: (status) => status === 429 || (status >= 500 && status !== 501),
    },
    request: (args) => ({
      headers: [['content-type', 'application/json; charset=UTF-8']],
      credentials,
      body: JSON.stringify({ session: sessionOf(args, configuration), request: requestOf(args) }),
    }),
    decide: (answer, { scope }): Decision => {
      const { status } = answer;
      if (status === 403) return { denied: { name: 'Forbidden', message: SAID } };
      if (status !== 200 && status !== 204) throw new WebhookError(`the endpoint answered ${String(status)}`);
      const claims = status === 204 ? {} : extraIn(answerJson(answer));
      return { scope, claims: placed(claims, configuration) };
    },
  };
}

function credentialsOf({ auth }: HydraWebhook, secretOf: SecretOf): [string, string][] {
  if (auth === undefined) return [];
  const { config } = auth;
  const value = headerValue(config.value, secretOf);
  if (config.in === 'header') return [[config.name, value]];
  if (!COOKIE_VALUE.test(value))
    throw new WebhookError(`the secret ${config.value.secret} is nothing that a cookie can have`);
  return [['cookie', `${config.name}=${value}`]];
}

function requestOf(args: HookArguments) {
  const { client, scope = [], audience, body, request } = args;
  const passedOn = PASSED_ON.flatMap((name) => (typeof body[name] === 'string' ? [[name, [body[name]]]] : []));
  return {
    client_id: client.id,
    // Go's list that nothing was put into.
    requested_scopes: request.requested_scopes.length === 0 ? null : request.requested_scopes,
    granted_scopes: scope,
    granted_audience: [audience],
    grant_types: [grantTypeOf(args)],
    payload: Object.fromEntries(passedOn) as Record<string, string[]>,
  };
}

function sessionOf(args: HookArguments, configuration: HydraWebhook) {
  const { client, token } = args;
  const { allowed_top_level_claims, mirror_top_level_claims, preserve_ext_claims } = configuration;
  const now = Date.now();
  const time = (ms: number): string => new Date(ms).toISOString();
  return {
    id_token: {
      id_token_claims: {
        jti: '',
        iss: token?.issuer ?? '',
        sub: '',
        aud: null,
        nonce: '',
        exp: NO_TIME,
        iat: time(now),
        rat: NO_TIME,
        auth_time: NO_TIME,
        at_hash: '',
        acr: '',
        amr: null,
        c_hash: '',
        ext: null,
      },
      headers: { extra: null },
      expires_at: { access_token: time(now + (token?.lifetime_seconds ?? 0) * 1_000) },
      username: '',
      subject: subjectOf(args),
    },
    extra: {},
    kid: '',
    client_id: client.id,
    consent_challenge: '',
    exclude_not_before_claim: false,
    allowed_top_level_claims,
    mirror_top_level_claims,
    preserve_ext_claims,
  };
}

/** The claims of the answer: they replace those that a session has, which are none. */
function extraIn(answer: unknown): Record<string, unknown> {
  if (!isObject(answer)) throw new WebhookError('the answer is no JSON object');
  const session = answer.session ?? {};
  if (!isObject(session)) throw new WebhookError("the answer's session must be an object");
  const claims = session.access_token ?? {};
  if (!isObject(claims)) throw new WebhookError("the answer's session.access_token must be an object");
  return claims;
}

/** Where the claims are in the token, by Hydra's three switches. */
function placed(claims: Record<string, unknown>, configuration: HydraWebhook): object {
  const { allowed_top_level_claims: allowed, mirror_top_level_claims, preserve_ext_claims } = configuration;
  const isTop = ([name]: [string, unknown]): boolean => allowed.includes(name) && !NEVER_AT_THE_TOP.includes(name);
  const all = Object.entries(claims);
  const top = Object.fromEntries(all.filter(isTop));
  if (mirror_top_level_claims) return { ...top, ext: claims };
  const rest = all.filter((one) => !isTop(one));
  return preserve_ext_claims && rest.length > 0 ? { ...top, ext: Object.fromEntries(rest) } : top;
}
