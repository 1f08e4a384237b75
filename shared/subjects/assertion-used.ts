/** The JetStream stream that remembers which client assertions were used. */
export const ASSERTIONS_STREAM = 'HOOKMINT_ASSERTIONS';
export const ASSERTIONS_STREAM_SUBJECTS = ['hookmint.*.assertion.used.*'];

/**
 * `hookmint.<tenant>.assertion.used.<hash>`: gateway → the stream `HOOKMINT_ASSERTIONS`, without a payload. A client assertion was
 * used (RFC 7523 §3, `jti`); the stream takes a subject once, so whoever publishes it second knows that it is used already.
 *
 * @param hash Of client and `jti`, base64url: one token of a subject, whatever the client has put into its `jti`.
 */
export function assertionUsedSubject(tenant: string, hash: string): string {
  return `hookmint.${tenant}.assertion.used.${hash}`;
}
