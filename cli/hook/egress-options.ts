import { EgressPolicy } from '../../shared/domain/egress.ts';
import { UsageError } from '../../shared/usage-error.ts';

export type Egress = Partial<EgressPolicy> | undefined;

/** What `--allow-address` and `--allow-host` say; `undefined` where neither is given. @throws {UsageError} */
export function egressOf(addresses: string[] | undefined, hosts: string[] | undefined): Egress {
  if (addresses === undefined && hosts === undefined) return undefined;
  const wrong = addresses?.find((address) => !EgressPolicy.shape.allowed_addresses.element.safeParse(address).success);
  if (wrong !== undefined)
    throw new UsageError(`--allow-address must be an IP address or a CIDR block, not "${wrong}".`);
  return {
    ...(addresses === undefined ? {} : { allowed_addresses: addresses }),
    ...(hosts === undefined ? {} : { allowed_hosts: hosts }),
  };
}
