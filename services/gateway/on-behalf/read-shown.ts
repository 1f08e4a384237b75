import {
  JWT_BEARER_GRANT,
  TOKEN_EXCHANGE,
  type OnBehalfGrant,
  type ShownTokenType,
} from '../../../shared/domain/subject-token.ts';
import { OAuthError } from '../../../shared/oauth-error.ts';
import { text } from '../steps/parse-parameters.ts';

/** A token of somebody that a client shows; nothing of it is known yet. */
export type Shown = {
  token: string;
  type: ShownTokenType;
  /** Where it is in the request. */
  parameter: 'subject_token' | 'actor_token' | 'assertion';
};

/** What a request by one of the two grants shows (RFC 8693 §2.1, RFC 7523 §2.1). */
export type ShownTokens = { subject: Shown; actor?: Shown };

const ISSUED = 'urn:ietf:params:oauth:token-type:access_token';

const TYPES = new Map<string, Shown['type']>([
  [ISSUED, 'access_token'],
  ['urn:ietf:params:oauth:token-type:id_token', 'id_token'],
  ['urn:ietf:params:oauth:token-type:jwt', 'jwt'],
]);

/** RFC 8693 §2.2.1. */
export const ISSUED_TOKEN_TYPE = { [TOKEN_EXCHANGE]: { issued_token_type: ISSUED }, [JWT_BEARER_GRANT]: {} } as const;

type Parameters = ReadonlyMap<string, unknown>;

/** @throws {OAuthError} 400 `invalid_request` for what is missing, or is not issued here. */
export function readShown(grantType: OnBehalfGrant, parameters: Parameters): ShownTokens {
  if (grantType === JWT_BEARER_GRANT) {
    return { subject: { token: required(parameters, 'assertion'), type: 'assertion', parameter: 'assertion' } };
  }
  const requested = text(parameters, 'requested_token_type');
  if (requested !== undefined && requested !== ISSUED) throw invalid(`requested_token_type must be ${ISSUED}`);
  const subject = shownAs(parameters, 'subject_token');
  if (text(parameters, 'actor_token') !== undefined) return { subject, actor: shownAs(parameters, 'actor_token') };
  // RFC 8693 §2.1: "MUST NOT be included otherwise".
  if (text(parameters, 'actor_token_type') !== undefined) throw invalid('actor_token_type must come with actor_token');
  return { subject };
}

function shownAs(parameters: Parameters, parameter: 'subject_token' | 'actor_token'): Shown {
  const token = required(parameters, parameter);
  const type = TYPES.get(required(parameters, `${parameter}_type`));
  if (type === undefined) throw invalid(`${parameter}_type must be one of ${[...TYPES.keys()].join(', ')}`);
  return { token, type, parameter };
}

function required(parameters: Parameters, name: string): string {
  const value = text(parameters, name);
  if (value === undefined) throw invalid(`Missing required parameter: ${name}`);
  return value;
}

const invalid = (description: string): OAuthError => new OAuthError(400, 'invalid_request', description);

/** What is wrong with a token that is shown (RFC 8693 §2.2.2, RFC 7523 §3.1); never with a piece of it. */
export function refusedToken({ parameter }: Pick<Shown, 'parameter'>, what: string, cause?: unknown): OAuthError {
  const error = parameter === 'assertion' ? 'invalid_grant' : 'invalid_request';
  return new OAuthError(400, error, `The ${parameter} ${what}`, { cause });
}
