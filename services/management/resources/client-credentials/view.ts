import type { ClientCredential } from '../../../../shared/domain/client.ts';
import type { CredentialView } from './schema.ts';

/** A credential as Auth0's tools know it (contract §5.3). */
export function viewOf(credential: ClientCredential): CredentialView {
  const { id, name, kid, alg, credential_type, created_at_ms, updated_at_ms, expires_at_ms } = credential;
  const time = (ms: number): string => new Date(ms).toISOString();
  return {
    id,
    ...(name === undefined ? {} : { name }),
    kid,
    alg,
    credential_type,
    created_at: time(created_at_ms),
    updated_at: time(updated_at_ms),
    ...(expires_at_ms === null ? {} : { expires_at: time(expires_at_ms) }),
  };
}
