import { withoutCredentials } from '../../../shared/domain/request-credentials.ts';
import { GRANT_TYPES, type GrantType, type OnBehalfGrant } from '../../../shared/domain/subject-token.ts';
import { OAuthError } from '../../../shared/oauth-error.ts';
import { readShown, type ShownTokens } from '../on-behalf/read-shown.ts';
import { shown } from '../shown.ts';

/** What a request says of its client in its body. */
export type CredentialParameters = {
  clientId: string | undefined;
  clientSecret: string | undefined;
  /** RFC 7521 §4.2; only where they were sent. */
  clientAssertion?: string;
  clientAssertionType?: string;
};

/** A token request as it was sent (RFC 6749 §4.4.2): its own parameters, and all that a hook may see as `context.body`. */
export type TokenParameters = CredentialParameters & {
  /** Of a grant for somebody else: by whose tokens. */
  onBehalf?: { grantType: OnBehalfGrant; tokens: ShownTokens };
  audience: string | undefined;
  /** RFC 8707 §2; only where it was sent. */
  resource?: string[];
  scope: string[] | undefined;
  /** Every parameter but the client's credentials (contract §1.6). */
  body: Record<string, unknown>;
};

/** Reads the parsed body of a form (where every value is text) or JSON request. */
export function parseParameters(body: unknown, isForm = false): TokenParameters {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new OAuthError(
      400,
      'invalid_request',
      'The body must be application/x-www-form-urlencoded, or application/json with an object',
    );
  }
  const parameters = new Map(Object.entries(body));
  const grantType = text(parameters, 'grant_type');
  if (grantType === undefined) throw new OAuthError(400, 'invalid_request', 'Missing required parameter: grant_type');
  if (!isGrantType(grantType)) {
    throw new OAuthError(400, 'unsupported_grant_type', `Unsupported grant type: ${shown(grantType)}`);
  }
  const resource = resourcesOf(parameters.get('resource'));
  return {
    ...(grantType === 'client_credentials'
      ? {}
      : { onBehalf: { grantType, tokens: readShown(grantType, parameters) } }),
    ...credentialParameters(parameters),
    audience: text(parameters, 'audience'),
    ...(resource.length === 0 ? {} : { resource }),
    scope: isForm ? scopesOf(text(parameters, 'scope') ?? '') : scopes(parameters.get('scope')),
    body: withoutCredentials(Object.fromEntries(parameters)),
  };
}

const isGrantType = (text: string): text is GrantType => GRANT_TYPES.some((known) => known === text);

export function credentialParameters(parameters: ReadonlyMap<string, unknown>): CredentialParameters {
  const clientAssertion = text(parameters, 'client_assertion');
  const clientAssertionType = text(parameters, 'client_assertion_type');
  return {
    clientId: text(parameters, 'client_id'),
    clientSecret: text(parameters, 'client_secret'),
    ...(clientAssertion === undefined ? {} : { clientAssertion }),
    ...(clientAssertionType === undefined ? {} : { clientAssertionType }),
  };
}

// RFC 6749 §3.2: parameters sent without a value are treated as omitted, and none may be sent more than once.
export function text(parameters: ReadonlyMap<string, unknown>, name: string): string | undefined {
  const value = parameters.get(name);
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw new OAuthError(400, 'invalid_request', `${name} must be a string, sent once`);
}

// RFC 8707 §2: the one parameter that may be sent more than once.
function resourcesOf(value: unknown): string[] {
  const values = [value].flat().filter((one) => one !== undefined && one !== null && one !== '');
  if (values.every((one) => typeof one === 'string')) return [...new Set(values)];
  throw new OAuthError(400, 'invalid_target', 'resource must be an absolute URI without a fragment');
}

function scopes(value: unknown): string[] | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return scopesOf(value);
  if (Array.isArray(value) && value.every((scope) => typeof scope === 'string')) return value.flatMap(scopesOf);
  throw new OAuthError(400, 'invalid_scope', 'Scope must be an array or a string');
}

function scopesOf(text: string): string[] {
  return text.split(' ').filter((scope) => scope !== '');
}
