/** The URL of the token endpoint (RFC 6749 §3.2). */
export function tokenEndpointOf(issuer: string): string {
  return `${issuer}oauth/token`;
}

/** The URLs of the endpoints for tokens that there are (RFC 7662 §2, RFC 7009 §2). */
export const introspectionEndpointOf = (issuer: string): string => `${issuer}oauth/introspect`;
export const revocationEndpointOf = (issuer: string): string => `${issuer}oauth/revoke`;
