import { z } from 'zod';

/** Targets of a hook's requests in addition to the public internet; part of its revision. */
export const EgressPolicy = z.strictObject({
  /**
   * Addresses or CIDR blocks that may be reached although they are private, loopback or link-local: targets inside the cluster.
   * Default: none.
   */
  allowed_addresses: z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])).max(32),
  /** The only host names that may be asked for, `*.example.com` for all below one; `null`: any. */
  allowed_hosts: z.array(z.string().min(1).max(253)).max(64).nullable(),
});
export type EgressPolicy = z.infer<typeof EgressPolicy>;

export const DEFAULT_EGRESS_POLICY: EgressPolicy = { allowed_addresses: [], allowed_hosts: null };
