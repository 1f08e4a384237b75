/**
 * Parameters of a token request by which a client proves who it is (RFC 6749 §2.3.1, RFC 7521 §4.2), and tokens of those it acts for (RFC 8693 §2.1,
 * RFC 7523 §2.1).
 */
const CREDENTIALS = [
  ...['client_secret', 'client_assertion', 'client_assertion_type'],
  ...['subject_token', 'actor_token', 'assertion'],
];

/** The parameters of a token request as hooks see them, whichever door the request came through. */
export function withoutCredentials(parameters: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !CREDENTIALS.includes(name)));
}
