import { OnBehalfGrant } from './subject-token.ts';

/** Parameters of a token request by which a client proves who it is (RFC 6749 §2.3.1, RFC 7521 §4.2). */
const OF_THE_CLIENT = ['client_secret', 'client_assertion', 'client_assertion_type'];
/** Tokens of those that it acts for (RFC 8693 §2.1, RFC 7523 §2.1). By client credentials they are parameters as any other (contract §1.6). */
const OF_OTHERS = ['subject_token', 'actor_token', 'assertion'];

/** The parameters of a token request as hooks see them, whichever door the request came through. */
export function withoutCredentials(parameters: Record<string, unknown>): Record<string, unknown> {
  const isOnBehalf = OnBehalfGrant.safeParse(parameters.grant_type).success;
  const withheld = isOnBehalf ? [...OF_THE_CLIENT, ...OF_OTHERS] : OF_THE_CLIENT;
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !withheld.includes(name)));
}
