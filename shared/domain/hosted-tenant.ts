import { z } from 'zod';
import { TenantName } from './tenant-name.ts';

/** A tenant beside the deployment's own: what makes a request one of its. What is in the tenant is in its own database. */
export const HostedTenant = z.object({
  name: TenantName,
  /** `iss` of its tokens, with a slash at the end: its host, or its host and path, are the tenant's alone. */
  issuer: z.url({ protocol: /^https?$/ }).endsWith('/', 'must end with a slash, as in https://auth.example.com/'),
  /** A suspended tenant is answered nothing: no token, no key, no API. */
  state: z.enum(['active', 'suspended']),
  created_at_ms: z.number(),
});
export type HostedTenant = z.infer<typeof HostedTenant>;
