/* eslint-disable @typescript-eslint/no-explicit-any -- what is not known before it runs is for the author to say */
/**
 * Types for editors, of what a hook or an Action is given by hookmint.
 *
 *     /** @type {import('hookmint/types').ClientCredentialsExchangeHook} *\/
 *     module.exports = function (client, scope, audience, context, cb) { … };
 *
 *     /** @type {import('hookmint/types').CredentialsExchangeAction} *\/
 *     exports.onExecuteCredentialsExchange = async (event, api) => { … };
 *
 *     /** @type {import('hookmint/types').LogtoScript} *\/
 *     const getCustomJwtClaims = async ({ token, context }) => ({ … });
 *
 *     /** @type {import('hookmint/types').CognitoLambda} *\/
 *     exports.handler = async (event, context) => event;
 *
 * And of what the endpoint of a webhook is asked, and may answer:
 *
 *     import type { WebhookAnswer, WebhookRequest } from 'hookmint/types';
 *     app.post('/token', (request, response) => {
 *       const { data }: WebhookRequest = request.body;
 *       response.json({ claims: { plan: data.client.metadata.plan } } satisfies WebhookAnswer);
 *     });
 */

/** Anything that JSON can say; members that are `undefined` are left out. */
export type Json = string | number | boolean | null | undefined | Json[] | { [name: string]: Json };

/** The client that asks for a token. */
export interface HookClient {
  /** Its client_id. */
  id: string;
  name: string;
  /** Name of the tenant. */
  tenant: string;
  /** Its client_metadata. Values are strings; some hold JSON text. */
  metadata: Record<string, string | undefined>;
}

/** One JSON document of the hook, at most 524,288 bytes, for all its runs; a conflict is an error with `code` 409 and `conflict`. */
export interface WebtaskStorage {
  get(cb: (error: Error | null, data: any) => void): void;
  set(data: any, cb: (error: Error | null) => void): void;
  set(data: any, options: { force?: 0 | 1 | boolean }, cb: (error: Error | null) => void): void;
}

/** The hook's secrets, name to value. An editor that knows their names adds them as members. */
// An interface, since only those can be added to.
// eslint-disable-next-line @typescript-eslint/consistent-indexed-object-style
export interface HookSecrets {
  [name: string]: string;
}

export interface WebtaskContext {
  secrets: HookSecrets;
  /** The same secrets, as `context.webtask.data.NAME` had them. */
  data: HookSecrets;
  storage: WebtaskStorage;
  body: { audience: string; client: HookClient; scope?: string[] };
  /** Empty: there is no webtask request. */
  headers: Record<string, string>;
  query: Record<string, string>;
  params: Record<string, string>;
  meta: Record<string, string>;
}

/** What the token will be bound to: the SHA-256 of the client's key (RFC 9449, RFC 7638), or of its certificate (RFC 8705). */
export type ProofOfPossession = { mechanism: 'dpop'; jkt: string } | { mechanism: 'mtls'; 'x5t#S256': string };

/** What another issuer said of the client, verified: of a Kubernetes cluster the pod, of GitHub Actions the repository, and so on. */
export interface ClientAssertion {
  issuer: string;
  subject: string;
  /** All claims of the token. */
  claims: Record<string, any>;
}

/** Whom a token speaks for, or who acts, as a trusted issuer said it. */
export interface VerifiedSubject {
  issuer: string;
  subject: string;
  /** All claims of the token that was shown. */
  claims: Record<string, any>;
}

export interface HookContext {
  /** The parameters of the token request, without the client's credentials. */
  body: Record<string, any>;
  /** Absent for a bearer token. */
  proof_of_possession?: ProofOfPossession;
  /** Absent unless the client authenticated by a token of another issuer. */
  client_assertion?: ClientAssertion;
  /** The grant by which the client asks for a token for somebody else; absent for client credentials. */
  protocol?: 'oauth2-token-exchange' | 'oauth2-jwt-bearer';
  /** Whom the token will speak for, with `protocol`. */
  subject?: VerifiedSubject;
  /** Who acts, where an `actor_token` says that it is not the client. */
  actor?: VerifiedSubject;
  webtask: WebtaskContext;
}

/** What the token shall hold. Names that are neither `scope` nor http(s) URLs are dropped, unless the tenant keeps them. */
export type AccessTokenClaims = AccessTokenScope & (object | Record<string, Json>);
export interface AccessTokenScope {
  /** Replaces the scopes of the token; without it the token has none. */
  scope?: string[] | null;
}

/**
 * Answers a hook, once: `cb(null, claims)` for a token, `cb(error)` for none. An error whose name is InvalidScopeError or
 * InvalidRequestError is a 400 to the client, any other a 500 `server_error`.
 */
export type HookCallback = (
  error?: Error | string | { message: string } | null,
  claims?: AccessTokenClaims | null,
) => void;

/** A Client Credentials Exchange hook. What it returns is ignored; a promise that is rejected fails the run. */
export type ClientCredentialsExchangeHook = (
  client: HookClient,
  /** The granted scopes; `undefined` when there are none. May be changed. */
  scope: string[] | undefined,
  /** Identifier of the API that the token is for. */
  audience: string,
  context: HookContext,
  cb: HookCallback,
) => any;

/** The `event` of an Action of the trigger credentials-exchange. */
export interface CredentialsExchangeEvent {
  accessToken: { customClaims: Record<string, any>; scope: string[] };
  client: { client_id: string; name: string; metadata: Record<string, string | undefined> };
  request: {
    /** The parameters of the token request, without the client's credentials. */
    body: Record<string, any>;
    /** Empty: hookmint has no place for an address. */
    geoip: Record<string, never>;
    hostname?: string;
    ip?: string;
    language?: string;
    method: string;
    user_agent?: string;
  };
  /** Absent for a bearer token. */
  proof_of_possession?: ProofOfPossession;
  /** Absent unless the client authenticated by a token of another issuer. */
  client_assertion?: ClientAssertion;
  /** Whom the token will speak for, with `transaction.protocol`. */
  subject?: VerifiedSubject;
  /** Who acts, where an `actor_token` says that it is not the client. */
  actor?: VerifiedSubject;
  resource_server: { identifier: string };
  secrets: HookSecrets;
  tenant: { id: string };
  transaction: {
    /** The grant by which the client asks for a token for somebody else; absent for client credentials. */
    protocol?: 'oauth2-token-exchange' | 'oauth2-jwt-bearer';
    /** Of the token request; empty when it asked for none in particular. */
    requested_scopes: string[];
    /** As `api.transaction` has them by now: the token gets those of them that were granted. */
    target_scopes: string[];
    /** Auth0's, for redirects; never set. */
    correlation_id?: string;
  };
  /** Auth0's; hookmint has none, so they are never set. */
  organization?: { id: string; name: string; display_name: string; metadata: Record<string, any> };
  custom_domain?: { domain: string; domain_metadata: Record<string, any> };
}

export type CacheRecord = { value: string; expires_at: number };
export type CacheError = {
  type: 'error';
  code:
    | 'CacheKeySizeExceeded'
    | 'CacheValueSizeExceeded'
    | 'CacheSizeExceeded'
    | 'ItemAlreadyExpired'
    | 'InvalidExpiry'
    | 'FailedToSetCacheRecord'
    | 'CacheKeyDoesNotExist';
};

/** The `api` of an Action of the trigger credentials-exchange. */
export interface CredentialsExchangeApi {
  access: {
    /** Refuses the token; the first call counts. */
    deny(code: 'invalid_scope' | 'invalid_request' | 'server_error', reason?: string): CredentialsExchangeApi;
  };
  accessToken: {
    setCustomClaim(name: string, value: Json): CredentialsExchangeApi;
  };
  /** Of all Actions of the trigger, as long as the gateway runs: at most 20 entries, 64 bytes a key, 4,096 a value, 8,192 in all. */
  cache: {
    get(key: string): CacheRecord | undefined;
    /** @param options `ttl` and `expires_at` in milliseconds, the earlier one counts; default 15 minutes, at most 24 hours. */
    set(
      key: string,
      value: string,
      options?: { ttl?: number; expires_at?: number },
    ): { type: 'success'; record: CacheRecord & { key: string } } | CacheError;
    delete(key: string): { type: 'success' } | CacheError;
  };
  /** The scopes of the token, of those that were granted. */
  transaction: {
    addTargetScope(scope: string): CredentialsExchangeApi;
    removeTargetScope(scope: string): CredentialsExchangeApi;
    setTargetScopes(scopes: string[]): CredentialsExchangeApi;
    clearTargetScopes(): CredentialsExchangeApi;
  };
}

/** An Action: `exports.onExecuteCredentialsExchange`. Its promise is waited for, its value ignored. */
export type CredentialsExchangeAction = (event: CredentialsExchangeEvent, api: CredentialsExchangeApi) => any;

/** What Logto's script for machine-to-machine tokens is given. */
export interface LogtoScriptInput {
  token: { aud: string; scope?: string; clientId: string; kind: 'ClientCredentials' };
  context: {
    application: {
      /** Its client_id. */
      id: string;
      tenantId: string;
      name: string;
      description: string | null;
      type: 'MachineToMachine';
      oidcClientMetadata: { redirectUris: string[]; postLogoutRedirectUris: string[] };
      customClientMetadata: Record<string, never>;
      protectedAppMetadata: null;
      /** The client's metadata; values are strings. */
      customData: Record<string, string | undefined>;
      isThirdParty: false;
    };
  };
  /** The hook's secrets; `undefined` when it has none. */
  environmentVariables: Record<string, string> | undefined;
  /** Throws: a script that does not catch it refuses the token, 400 `access_denied`. */
  api: { denyAccess(message?: string): never };
}

/** Logto's `getCustomJwtClaims`: its object's members become claims. */
export type LogtoScript = (input: LogtoScriptInput) => object | Promise<object>;

/** What Cognito's pre token generation Lambda is given for client credentials. */
export interface CognitoEvent {
  version: '3';
  triggerSource: 'TokenGeneration_ClientCredentials';
  /** The secret `AWS_REGION`, or empty. */
  region: string;
  /** The tenant. */
  userPoolId: string;
  /** The client_id, as `callerContext.clientId` is. */
  userName: string;
  callerContext: { awsSdkVersion: string; clientId: string };
  request: {
    /** Empty: a machine has none. */
    userAttributes: Record<string, string | undefined>;
    groupConfiguration: { groupsToOverride: string[]; iamRolesToOverride: string[]; preferredRole: string | null };
    /** The granted scopes. */
    scopes: string[];
    /** The parameter `aws_client_metadata` of the token request. */
    clientMetadata: Record<string, string | undefined>;
  };
  response: CognitoResponse;
}

export interface CognitoResponse {
  claimsAndScopeOverrideDetails?: {
    accessTokenGeneration?: {
      claimsToAddOrOverride?: Record<string, Json> | null;
      /** Wins over what is added. */
      claimsToSuppress?: string[] | null;
      scopesToAdd?: string[] | null;
      /** Wins over what is added. */
      scopesToSuppress?: string[] | null;
    } | null;
    /** Of people's tokens; without effect. */
    idTokenGeneration?: unknown;
    groupOverrideDetails?: unknown;
  } | null;
}

/** Lambda's second argument. */
export interface LambdaContext {
  readonly awsRequestId: string;
  functionName: string;
  functionVersion: string;
  invokedFunctionArn: string;
  memoryLimitInMB: string;
  logGroupName: string;
  logStreamName: string;
  callbackWaitsForEmptyEventLoop: boolean;
  getRemainingTimeInMillis(): number;
  done(error?: Error | string | null, result?: CognitoResult): undefined;
  fail(error: Error | string): undefined;
  succeed(result: CognitoResult): undefined;
}

/** An event with its `response`; without one the token stays as it is. */
export type CognitoResult = { response?: CognitoResponse | null } | null | undefined;

/** Cognito's pre token generation Lambda: `exports.handler`. What it throws refuses the token. */
export type CognitoLambda = (
  event: CognitoEvent,
  context: LambdaContext,
  callback: (error?: Error | string | null, result?: CognitoResult) => undefined,
) => CognitoResult | Promise<CognitoResult>;

/** What the endpoint of a webhook of hookmint's own contract is asked, signed by Standard Webhooks. */
export interface WebhookRequest {
  type: 'token.requested';
  /** RFC 3339. */
  timestamp: string;
  data: {
    client: HookClient;
    /** The granted scopes; absent when there are none. */
    scope?: string[];
    /** Identifier of the API that the token is for. */
    audience: string;
    /** Claims that the configuration sets. */
    custom_claims: Record<string, any>;
    token: { issuer: string; lifetime_seconds: number };
    /** The parameters of the token request, without the client's credentials. */
    body: Record<string, any>;
    request: {
      ip?: string;
      method: string;
      hostname?: string;
      language?: string;
      user_agent?: string;
      /** Of the token request; empty when it asked for none in particular. */
      requested_scopes: string[];
    };
    proof_of_possession?: ProofOfPossession;
    client_assertion?: ClientAssertion;
    protocol?: 'oauth2-token-exchange' | 'oauth2-jwt-bearer';
    subject?: VerifiedSubject;
    actor?: VerifiedSubject;
  };
}

/** With status 200; 204 leaves the token as it was. */
export type WebhookAnswer =
  | { claims?: Record<string, Json>; scope?: string[]; error?: never; error_description?: never }
  /** No token: 400 to the client. */
  | {
      error: 'access_denied' | 'invalid_request' | 'invalid_scope';
      error_description?: string;
      claims?: never;
      scope?: never;
    };

/** What Ory Hydra's token hook is asked by the contract hydra-webhook. */
export interface HydraWebhookRequest {
  session: {
    id_token: {
      /** Of an ID token, which there is none of: empty but for these. */
      id_token_claims: { iss: string; iat: string } & Record<string, any>;
      headers: { extra: null };
      username: string;
      /** The client_id, or whom the token speaks for. */
      subject: string;
    } & Record<string, any>;
    extra: Record<string, never>;
    client_id: string;
    allowed_top_level_claims: string[];
    mirror_top_level_claims: boolean;
  } & Record<string, any>;
  request: {
    client_id: string;
    /** `null` when the token request asked for none in particular. */
    requested_scopes: string[] | null;
    granted_scopes: string[];
    granted_audience: string[];
    grant_types: string[];
    /** `grant_type`, `response_type`, `scope`, `client_id` and `assertion` of the token request. */
    payload: Record<string, string[]>;
  };
}

/** With status 200; 204 leaves the token as it was, 403 refuses it. */
export interface HydraWebhookAnswer {
  session?: { access_token?: Record<string, Json>; id_token?: Record<string, Json> };
}

/** What WSO2's pre-issue access token action is asked by the contract wso2-webhook. */
export interface Wso2WebhookRequest {
  requestId: string;
  actionType: 'PRE_ISSUE_ACCESS_TOKEN';
  event: {
    request: {
      clientId: string;
      grantType: string;
      scopes: string[];
      /** Those that the configuration allows. */
      additionalHeaders: { name: string; value: string[] }[];
      additionalParams: { name: string; value: string[] }[];
    };
    tenant: { id: string; name: string };
    accessToken: { tokenType: 'JWT'; scopes: string[]; claims: { name: string; value: Json }[] };
  };
  allowedOperations: { op: 'add' | 'remove' | 'replace'; paths: string[] }[];
}

/** With status 200. */
export type Wso2WebhookAnswer =
  | {
      actionStatus: 'SUCCESS';
      operations?: (
        | { op: 'add'; path: string; value: string | { name: string; value: string | number | boolean | string[] } }
        | { op: 'replace'; path: string; value: string }
        | { op: 'remove'; path: string }
      )[];
    }
  /** No token: 400 to the client, `error` is the reason. */
  | { actionStatus: 'FAILED'; failureReason: string; failureDescription?: string };

/** What Okta's token inline hook is asked by the contract okta-webhook. */
export interface OktaWebhookRequest {
  source: string;
  eventId: string;
  eventTime: string;
  eventTypeVersion: string;
  cloudEventVersion: string;
  contentType: string;
  eventType: 'com.okta.oauth2.tokens.transform';
  data: {
    context: {
      request: { id: string; method: string; url: { value: string }; ipAddress?: string };
      protocol: {
        type: 'OAUTH2.0';
        request: { client_id: string; grant_type?: string; scope?: string };
        issuer: { uri: string };
        client: { id: string; name: string; type: 'CONFIDENTIAL' };
      };
    };
    access: {
      claims: { ver: 1; iss: string; aud: string; cid: string; sub: string; scp: string[] };
      token: { lifetime: { expiration: number } };
      scopes: Record<string, { id: string; action: 'GRANT' }>;
    };
  };
}

/** With status 200; 204 leaves the token as it was. */
export interface OktaWebhookAnswer {
  commands?: {
    type: 'com.okta.access.patch' | (string & {});
    value?: { op: 'add' | 'replace' | 'remove'; path: string; value?: Json }[];
  }[];
  /** No token: 500 `server_error` to the client, with the summary. */
  error?: { errorSummary?: string };
}

declare global {
  /** An error whose `name` is that of its class. */
  class ExtensibilityUserError extends Error {
    constructor(message?: string);
  }
  /** To the client: 400 `invalid_request`, with the message as `error_description`. */
  class InvalidRequestError extends ExtensibilityUserError {}
  /** To the client: 400 `invalid_scope`, with the message as `error_description`. */
  class InvalidScopeError extends ExtensibilityUserError {}
  /** To the client: 500 `server_error`, with the message as `error_description`. */
  class ServerError extends ExtensibilityUserError {}
}
