import type { HookArguments } from '../../../shared/domain/hook-arguments.ts';
import { PROTOCOLS } from '../../../shared/domain/subject-token.ts';

/** The `grant_type` of the token request, as it was sent. */
export function grantTypeOf({ protocol }: HookArguments): string {
  const [grantType = 'client_credentials'] = Object.entries(PROTOCOLS).find(([, name]) => name === protocol) ?? [];
  return grantType;
}

/**
 * Who the token speaks for: the client, or whose token it has shown. Two issuers may have given one name to two people: one of another issuer
 * has the issuer before it, as in the token.
 */
export function subjectOf({ client, subject: of, token }: HookArguments): string {
  if (of === undefined) return client.id;
  return of.issuer === token?.issuer ? of.subject : `${of.issuer}|${of.subject}`;
}
