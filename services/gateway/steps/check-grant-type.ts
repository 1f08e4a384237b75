import type { Client } from '../../../shared/domain/client.ts';
import { OAuthError } from '../../../shared/oauth-error.ts';

/** RFC 6749 §4.4: client credentials are for confidential clients only, and only for those registered for the grant. */
export function checkGrantType(client: Client): void {
  const confidential = client.token_endpoint_auth_method !== 'none';
  if (confidential && client.grant_types.includes('client_credentials')) return;
  throw new OAuthError(403, 'unauthorized_client', "Grant type 'client_credentials' not allowed for the client.", {
    uri: 'https://auth0.com/docs/clients/client-grant-types',
  });
}
