import type { OAuthErrorName } from '../oauth-error.ts';
import { isIssuersClaim, isReservedClaim } from './reserved-claims.ts';

/** Contracts of code, which runs in an isolate. */
export const CODE_KINDS = ['hook', 'action', 'logto', 'cognito-lambda'] as const;
/** Contracts of endpoints, which are asked without one: a hook is a file of JSON that says where and how. */
export const WEBHOOK_KINDS = ['webhook', 'hydra-webhook', 'wso2-webhook', 'okta-webhook'] as const;
/** How hooks are written: whose function it is, what it is given, what its result means. Revisions are stored with these names. */
export const HOOK_KINDS = [...CODE_KINDS, ...WEBHOOK_KINDS] as const;
export type HookKind = (typeof HOOK_KINDS)[number];
export type CodeKind = (typeof CODE_KINDS)[number];
export type WebhookKind = (typeof WEBHOOK_KINDS)[number];

/** What the client is answered with instead of a token. */
type Denial = { status: 400 | 403; error: OAuthErrorName };

/**
 * All that differs from contract to contract outside of where it runs; sandbox/contract-texts.ts has what is inside of isolates, webhooks/ of
 * the hook-executor what is asked of endpoints.
 */
export type Contract = {
  /** As authors know it: in the CLI, the API and the documentation. */
  name: string;
  /** What the code has that is called, for whoever wrote something else. */
  form: string;
  /** The name that is called of what the code exports; of Auth0's, the whole or an Action's. */
  exported?: string;
  /** The top-level name that is called although the code exports nothing. */
  global?: string;
  /** Auth0's own: names of its domains are refused too, and signers hold claims to its rules unless they are told of another contract. */
  isAuth0: boolean;
  /** Why a claim of that name is not the code's to set; `undefined` where it is. */
  refusalOf: (name: string) => 'reserved' | 'contract' | undefined;
  /** Whether the tenant says if names need a namespace; otherwise none does. */
  namespacesByTenant: boolean;
  /** Whether the code is told the claims that the token has so far. */
  seesClaims: boolean;
  /** What the client is answered with when the hook refuses the token, by the `name` of its error; without one, a 500 `server_error`. */
  denialOf: (name: string) => Denial | undefined;
  /** What the client is told of every failure, where it is not what Auth0 says. */
  failureSaid?: string;
};

const denials = (all: Readonly<Record<string, Denial>>): Contract['denialOf'] => {
  const known = new Map(Object.entries(all));
  return (name) => known.get(name);
};

/** The name of the function that is an Action. */
export const ACTION_FUNCTION = 'onExecuteCredentialsExchange';

const AUTH0 = {
  isAuth0: true,
  refusalOf: (name) => (isReservedClaim(name) ? 'reserved' : undefined),
  // Contract §1.4, and of Actions §6.
  denialOf: denials({
    InvalidScopeError: { status: 400, error: 'invalid_scope' },
    InvalidRequestError: { status: 400, error: 'invalid_request' },
  }),
} satisfies Partial<Contract>;

/** Names that a system sets itself, and then those that the issuer alone can say, whoever's code it is. */
const refusing =
  (isProtected: (name: string) => boolean): Contract['refusalOf'] =>
  (name) =>
    isProtected(name) ? 'contract' : isIssuersClaim(name) ? 'reserved' : undefined;

/** What oidc-provider, which issues Logto's tokens, puts over a script's claims. */
const OIDC_PROVIDER_CLAIMS: ReadonlySet<string> = new Set(
  'jti sub iat exp authorization_details scope client_id iss aud cnf'.split(' '),
);

/** What Cognito keeps from a trigger. */
const COGNITO_CLAIMS: ReadonlySet<string> = new Set(
  `acr amr at_hash aud auth_time azp client_id device_key event_id exp iat identities iss jti nbf nonce origin_jti sub token_use version`.split(
    ' ',
  ),
);
const COGNITOS_OWN = /^cognito:(?!(?:groups|roles|preferred_role)$)/;

/** What WSO2 says itself, in each access token. */
const WSO2_CLAIMS: ReadonlySet<string> = new Set('iss client_id aut expires_in aud sub scope'.split(' '));
// RFC 6749 §5.2: what an error may be.
const ERROR_CHARACTERS = /^[\x21\x23-\x5B\x5D-\x7E]{1,128}$/;

/** What an inline hook of Okta cannot set in an access token. */
const OKTA_CLAIMS: ReadonlySet<string> = new Set(
  'acr amr as_uri cid groups rpt rsi uid username iss jti token_type ver'.split(' '),
);

export const CONTRACTS: Readonly<Record<HookKind, Contract>> = {
  hook: {
    ...AUTH0,
    name: 'auth0-hook',
    form: 'a hook is `module.exports = function (client, scope, audience, context, cb) {…}`',
    namespacesByTenant: true,
    seesClaims: false,
  },
  action: {
    ...AUTH0,
    name: 'auth0-action',
    form: `an Action is \`exports.${ACTION_FUNCTION} = async (event, api) => {…}\``,
    // Contract §4: of any API of the tenant, whatever its setting for hooks.
    namespacesByTenant: false,
    seesClaims: true,
  },
  logto: {
    name: 'logto',
    form: "Logto's script is `const getCustomJwtClaims = async ({ token, context, environmentVariables, api }) => ({…})`",
    global: 'getCustomJwtClaims',
    isAuth0: false,
    refusalOf: refusing((name) => OIDC_PROVIDER_CLAIMS.has(name)),
    namespacesByTenant: false,
    seesClaims: false,
    denialOf: denials({ AccessDenied: { status: 400, error: 'access_denied' } }),
  },
  'cognito-lambda': {
    name: 'cognito-lambda',
    form: "Cognito's pre token generation Lambda is `export const handler = async (event) => event`",
    exported: 'handler',
    isAuth0: false,
    refusalOf: refusing((name) => COGNITO_CLAIMS.has(name) || COGNITOS_OWN.test(name)),
    namespacesByTenant: false,
    seesClaims: true,
    denialOf: denials({
      PreTokenGenerationError: { status: 400, error: 'invalid_request' },
      InvalidClientMetadata: { status: 400, error: 'invalid_request' },
    }),
  },
  webhook: {
    name: 'webhook',
    form: 'a webhook is JSON: `{"contract": "webhook", "url": "https://…", "secret": {"secret": "NAME"}}`',
    isAuth0: false,
    refusalOf: refusing(() => false),
    namespacesByTenant: false,
    seesClaims: true,
    denialOf: denials({
      access_denied: { status: 400, error: 'access_denied' },
      invalid_request: { status: 400, error: 'invalid_request' },
      invalid_scope: { status: 400, error: 'invalid_scope' },
    }),
    failureSaid: 'The webhook of the token gave no valid answer',
  },
  'hydra-webhook': {
    name: 'hydra-webhook',
    form: 'Ory Hydra\'s token hook is JSON: `{"contract": "hydra-webhook", "url": "https://…"}`',
    isAuth0: false,
    // Hydra itself puts none of its own at the top; what is refused are the names that hookmint has beyond.
    refusalOf: refusing(() => false),
    namespacesByTenant: false,
    seesClaims: false,
    denialOf: denials({ Forbidden: { status: 403, error: 'access_denied' } }),
    failureSaid: 'The token hook target responded with an error.',
  },
  'wso2-webhook': {
    name: 'wso2-webhook',
    form: 'an action of WSO2 is JSON: `{"contract": "wso2-webhook", "endpoint": {"uri": "https://…"}}`',
    isAuth0: false,
    refusalOf: refusing((name) => WSO2_CLAIMS.has(name)),
    namespacesByTenant: false,
    seesClaims: false,
    denialOf: (name) => (ERROR_CHARACTERS.test(name) ? { status: 400, error: name } : undefined),
    failureSaid: 'Internal Server Error.',
  },
  'okta-webhook': {
    name: 'okta-webhook',
    form: 'a token inline hook of Okta is JSON: `{"contract": "okta-webhook", "uri": "https://…"}`',
    isAuth0: false,
    refusalOf: refusing((name) => OKTA_CLAIMS.has(name)),
    namespacesByTenant: false,
    seesClaims: false,
    // What refuses is a server_error, as there.
    denialOf: () => undefined,
    failureSaid: 'The callback service did not answer as it must',
  },
};

/** All of them as authors know them. */
export const CONTRACT_NAMES = HOOK_KINDS.map((kind) => CONTRACTS[kind].name) as [string, ...string[]];

/** Whether hooks of a kind are endpoints, and not code. */
export function isWebhookKind(kind: HookKind): kind is WebhookKind {
  return (WEBHOOK_KINDS as readonly HookKind[]).includes(kind);
}

/** The kind that authors call so; `undefined` for a name of none. */
export function kindNamed(name: string): HookKind | undefined {
  return HOOK_KINDS.find((kind) => CONTRACTS[kind].name === name);
}
