import { hkdfSync } from 'node:crypto';

const KEY_BYTES = 32;

/**
 * Makes the keys of a tenant from those of the deployment (HKDF, RFC 5869): what one tenant's key sealed, hashed or proved is nothing to
 * another's, and a tenant's key tells nothing of the deployment's.
 *
 * @param tenant `undefined`: the deployment's own tenant, whose keys are those that it is given.
 */
export function tenantKeys(tenant: string | undefined): { of(key: Buffer): Buffer } {
  return {
    of: (key) =>
      tenant === undefined
        ? key
        : Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `hookmint tenant ${tenant}`, KEY_BYTES)),
  };
}
