/** The URL of the token endpoint (RFC 6749 §3.2). */
export function tokenEndpointOf(issuer: string): string {
  return `${issuer}oauth/token`;
}
