/** Parameters of a token request by which a client proves who it is (RFC 6749 §2.3.1, RFC 7521 §4.2). */
const CREDENTIALS = ['client_secret', 'client_assertion', 'client_assertion_type'];

/** The parameters of a token request as hooks see them, whichever door the request came through. */
export function withoutCredentials(parameters: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !CREDENTIALS.includes(name)));
}
