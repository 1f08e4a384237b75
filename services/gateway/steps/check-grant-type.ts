import type { Client } from '../../../shared/domain/client.ts';
import { Refusal } from '../refusals.ts';

/** RFC 6749 §4.4: client credentials are for confidential clients only, and only for those registered for the grant. */
export function checkGrantType(client: Client): void {
  const confidential = client.token_endpoint_auth_method !== 'none';
  if (confidential && client.grant_types.includes('client_credentials')) return;
  throw new Refusal('grant_type_not_allowed', { detail: 'client_credentials' });
}
