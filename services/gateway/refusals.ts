import type { ErrorDialect, TenantSettings } from '../../shared/domain/tenant.ts';
import { OAuthError, type OAuthErrorCode } from '../../shared/oauth-error.ts';
import type { Configuration } from './configuration-cache.ts';

type Answer = {
  status: number;
  error: OAuthErrorCode;
  /** @param detail What was sent, or what it is about. */
  description: (detail: string) => string;
  uri?: string;
};
type Answers = Readonly<Record<ErrorDialect, Answer>>;

const TOO_MANY = {
  auth0: { status: 429, error: 'too_many_requests' },
  rfc: { status: 429, error: 'temporarily_unavailable' },
} as const;

/** What Auth0 answers in a way of its own (contract §2.3), beside what RFC 6749 §5.2 and RFC 8707 §2 say. All other answers are the same in both. */
export const REFUSALS = {
  not_authenticated: {
    auth0: { status: 401, error: 'access_denied', description: () => 'Unauthorized' },
    rfc: { status: 401, error: 'invalid_client', description: () => 'Unauthorized' },
  },
  grant_type_not_allowed: {
    auth0: {
      status: 403,
      error: 'unauthorized_client',
      description: (grantType) => `Grant type '${grantType}' not allowed for the client.`,
      uri: 'https://auth0.com/docs/clients/client-grant-types',
    },
    rfc: {
      status: 400,
      error: 'unauthorized_client',
      description: (grantType) => `The client may not use the grant type ${grantType}`,
    },
  },
  no_audience: {
    auth0: {
      status: 403,
      error: 'access_denied',
      description: () => 'Non-global clients are not allowed access to APIv1',
    },
    rfc: {
      status: 400,
      error: 'invalid_target',
      description: () => 'The request must name the API by resource or audience',
    },
  },
  unknown_api: {
    auth0: { status: 403, error: 'access_denied', description: (identifier) => `Service not found: ${identifier}` },
    rfc: { status: 400, error: 'invalid_target', description: (identifier) => `There is no API ${identifier}` },
  },
  no_grant: {
    auth0: {
      status: 403,
      error: 'access_denied',
      description: (identifier) =>
        `Client is not authorized to access "${identifier}". You need to create a "client-grant" associated to this API. ` +
        'See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants',
    },
    rfc: {
      status: 400,
      error: 'invalid_target',
      description: (identifier) => `The client is not granted the API ${identifier}`,
    },
  },
  scopes_not_granted: {
    auth0: {
      status: 403,
      error: 'access_denied',
      description: (scopes) => `Client has not been granted scopes: ${scopes}`,
    },
    rfc: { status: 400, error: 'invalid_scope', description: (scopes) => `The client is not granted: ${scopes}` },
  },
  not_bound_so: {
    auth0: { status: 403, error: 'access_denied', description: (why) => why },
    rfc: { status: 400, error: 'invalid_target', description: (why) => why },
  },
  too_many_requests: {
    auth0: { ...TOO_MANY.auth0, description: (what) => what },
    rfc: { ...TOO_MANY.rfc, description: (what) => what },
  },
} as const satisfies Record<string, Answers>;

/** Thrown where a row of the table is meant; as it is, it is Auth0's answer. */
export class Refusal extends OAuthError {
  readonly refusal: keyof typeof REFUSALS;
  private readonly detail: string;

  constructor(
    refusal: keyof typeof REFUSALS,
    options: { detail?: string; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    const { detail = '', ...others } = options;
    const { status, error, description, uri }: Answer = REFUSALS[refusal].auth0;
    super(status, error, description(detail), { ...others, ...(uri === undefined ? {} : { uri }) });
    this.refusal = refusal;
    this.detail = detail;
  }

  asRfc(): OAuthError {
    const { status, error, description } = REFUSALS[this.refusal].rfc;
    return new OAuthError(status, error, description(this.detail), { headers: this.headers, cause: this });
  }
}

/** RFC 9110 §15.5.2: of each 401. Where the Authorization header was used, Auth0's answers have it too (RFC 6749 §5.2). */
export const CHALLENGE = { 'WWW-Authenticate': 'Basic realm="hookmint", charset="UTF-8"' };

/** An error as the tenant's clients are answered; as it is while that cannot be known. */
export async function inDialect(
  error: OAuthError,
  configuration: Pick<Configuration, 'tenantSettings'>,
): Promise<OAuthError> {
  // Says the same in both; and its reason may be that the settings cannot be read.
  if (error.status === 503) return error;
  const settings = await configuration.tenantSettings().catch((): Partial<TenantSettings> => ({}));
  return settings.error_dialect === 'rfc' ? asRfc(error) : error;
}

function asRfc(refused: OAuthError): OAuthError {
  const { status, error, description, uri, headers } = refused instanceof Refusal ? refused.asRfc() : refused;
  return new OAuthError(status, error, allowed(description), {
    ...(uri === undefined ? {} : { uri }),
    headers: { ...(status === 401 ? CHALLENGE : {}), ...headers },
    cause: refused,
  });
}

/** In the characters of RFC 6749 §5.2: what a hook denies with may have others. */
const allowed = (description: string): string =>
  description.replaceAll('"', "'").replaceAll(/[^\x20\x21\x23-\x5B\x5D-\x7E]/g, '?');
