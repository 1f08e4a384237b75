import { OAuthError } from '../../../shared/oauth-error.ts';
import type { TokenParameters } from './parse-parameters.ts';

/** Every client's `organization_usage` is `deny` (contract §2.1): a token that an API takes for one of an organization is never issued. */
export function refuseOrganization({ body: { organization } }: TokenParameters): void {
  if (organization === undefined || organization === null || organization === '') return;
  throw new OAuthError(400, 'invalid_request', 'parameter organization is not allowed for this client');
}
