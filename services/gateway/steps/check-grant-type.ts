import type { Client } from '../../../shared/domain/client.ts';
import type { GrantType } from '../../../shared/domain/subject-token.ts';
import { Refusal } from '../refusals.ts';

/** RFC 6749 §4.4: client credentials are for confidential clients only, and only for those registered for the grant. So are the others here. */
export function checkGrantType(client: Client, grantType: GrantType): void {
  const confidential = client.token_endpoint_auth_method !== 'none';
  if (confidential && client.grant_types.includes(grantType)) return;
  throw new Refusal('grant_type_not_allowed', { detail: grantType });
}
