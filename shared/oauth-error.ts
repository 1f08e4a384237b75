/** The `error` codes of the token endpoint (RFC 6749 §5.2; `access_denied`, `server_error` and the rest by contract §2.3). */
export const OAUTH_ERROR_CODES = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'invalid_scope',
  'invalid_target',
  'invalid_dpop_proof',
  'use_dpop_nonce',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
  'access_denied',
  'too_many_requests',
  'server_error',
  'temporarily_unavailable',
  'not_found',
  'method_not_allowed',
] as const;
export type OAuthErrorCode = (typeof OAUTH_ERROR_CODES)[number];
/** Or what an endpoint of WSO2's contract says in the place of one. */
export type OAuthErrorName = OAuthErrorCode | (string & {});

/** A name for figures: an endpoint's own are as many as it likes. */
export const errorType = (error: OAuthErrorName): OAuthErrorCode | '_OTHER' =>
  OAUTH_ERROR_CODES.find((code) => code === error) ?? '_OTHER';

/** An answer that is not a token. Its text goes to the client as it is, so it never holds more than the client may know. */
export class OAuthError extends Error {
  readonly status: number;
  readonly error: OAuthErrorName;
  readonly description: string;
  readonly uri: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    error: OAuthErrorName,
    description: string,
    options: { uri?: string; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(`${error}: ${description}`, { cause: options.cause });
    this.name = 'OAuthError';
    this.status = status;
    this.error = error;
    this.description = description;
    this.uri = options.uri;
    this.headers = options.headers ?? {};
  }

  toJSON(): { error: string; error_description: string; error_uri?: string } {
    return {
      error: this.error,
      error_description: this.description,
      ...(this.uri === undefined ? {} : { error_uri: this.uri }),
    };
  }
}

/** `Retry-After` for clients when a service behind the gateway is away, seconds. */
export const RETRY_AFTER_SECONDS = 1;
