import type { Client } from '../../../shared/domain/client.ts';
import type { PublicKeys } from '../../../shared/public-keys.ts';
import type { TokenIssuer } from '../token-request.ts';
import { notKnown, readToken, type ReadToken } from './read-token.ts';

export type TokenStatusDeps = Pick<TokenIssuer, 'issuer' | 'tokens' | 'missing'> & {
  publicKeys: Pick<PublicKeys, 'keys' | 'hearOfKeyOf'>;
};

/** RFC 7662 §2.2. Why it is not, nobody is told. */
const INACTIVE = { active: false };

/**
 * What a token says, and whether it is in force (RFC 7662). Only the API that the token is for is told.
 *
 * @throws {OAuthError} 503 while it cannot be known whether the token was revoked.
 */
export async function introspect(token: string, caller: Client, deps: TokenStatusDeps): Promise<object> {
  if (deps.missing().length > 0) throw notKnown('Whether tokens are in force cannot be known at the moment');
  const read = await readToken(token, deps);
  if (read === undefined || !isFor(read, caller)) return INACTIVE;
  if (!(await deps.tokens.isInForce(read))) return INACTIVE;
  const { claims, clientId } = read;
  const token_type = isOfKey(claims.cnf) ? 'DPoP' : 'Bearer';
  // What is said here holds over claims of the same names.
  return { ...claims, active: true, client_id: clientId, token_type };
}

/** RFC 9449 §6.1; a token that is bound to a certificate is a Bearer token (RFC 8705 §3). */
const isOfKey = (cnf: unknown): boolean => typeof cnf === 'object' && cnf !== null && 'jkt' in cnf;

const isFor = ({ audience }: ReadToken, { resource_server_identifier }: Client): boolean =>
  audience === resource_server_identifier;
