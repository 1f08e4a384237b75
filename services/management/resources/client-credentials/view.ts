import type { AnyCredential } from './edit.ts';
import type { CredentialView } from './schema.ts';

/** A credential as Auth0's tools know it (contract §5.3). */
export function viewOf(credential: AnyCredential): CredentialView {
  const { id, name, credential_type, created_at_ms, updated_at_ms, expires_at_ms } = credential;
  const time = (ms: number): string => new Date(ms).toISOString();
  return {
    id,
    ...(name === undefined ? {} : { name }),
    ...whatItIs(credential),
    credential_type,
    created_at: time(created_at_ms),
    updated_at: time(updated_at_ms),
    ...(expires_at_ms === null ? {} : { expires_at: time(expires_at_ms) }),
  };
}

function whatItIs(credential: AnyCredential): Partial<CredentialView> {
  switch (credential.credential_type) {
    case 'public_key':
      return { kid: credential.kid, alg: credential.alg };
    case 'x509_cert':
      return { thumbprint_sha256: credential.value };
    case 'cert_subject_dn':
      return { subject_dn: credential.value };
    default:
      return { san: credential.value };
  }
}
