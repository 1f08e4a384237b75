/** The JetStream stream that remembers which client assertions and DPoP proofs were used. */
export const ASSERTIONS_STREAM = 'HOOKMINT_ASSERTIONS';
export const ASSERTIONS_STREAM_SUBJECTS = ['hookmint.*.assertion.used.*'];

/**
 * `hookmint.<tenant>.assertion.used.<hash>`: gateway → the stream `HOOKMINT_ASSERTIONS`, without a payload. A client assertion
 * (RFC 7523 §3, `jti`) or a DPoP proof (RFC 9449 §11.1) was used; the stream takes a subject once, so whoever publishes it second knows that it is used already.
 *
 * @param hash Of client or key and `jti`, base64url: one token of a subject, whatever the client has put into its `jti`.
 */
export function assertionUsedSubject(tenant: string, hash: string): string {
  return `hookmint.${tenant}.assertion.used.${hash}`;
}
