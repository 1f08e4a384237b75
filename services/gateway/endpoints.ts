/** Where the service is; `mtlsUrl` is where it asks clients for their certificates (RFC 8705 §5), if that is elsewhere. */
export type Places = { issuer: string; mtlsUrl: string | undefined };

/** The URLs that requests for tokens are sent to. */
export const tokenEndpointsOf = ({ issuer, mtlsUrl }: Places): string[] =>
  [issuer, ...(mtlsUrl === undefined ? [] : [mtlsUrl])].map(tokenEndpointOf);

/** The URL of the token endpoint (RFC 6749 §3.2). */
export function tokenEndpointOf(issuer: string): string {
  return `${issuer}oauth/token`;
}

/** The URLs of the endpoints for tokens that there are (RFC 7662 §2, RFC 7009 §2). */
export const introspectionEndpointOf = (issuer: string): string => `${issuer}oauth/introspect`;
export const revocationEndpointOf = (issuer: string): string => `${issuer}oauth/revoke`;
