import { z } from 'zod';
import { TenantName } from './tenant-name.ts';

/** A tenant beside the deployment's own: what makes a request one of its. What is in the tenant is in its own database. */
export const HostedTenant = z.object({
  name: TenantName,
  /**
   * What its database, its subjects on the bus and its keys are called: its name with a random part, so that nothing of a tenant that was deleted is found by the
   * next one of the name.
   */
  handle: z.string().regex(/^[a-z0-9-]{4,60}$/),
  /** `iss` of its tokens, with a slash at the end: its host, or its host and path, are the tenant's alone. */
  issuer: z.url({ protocol: /^https?$/ }).endsWith('/', 'must end with a slash, as in https://auth.example.com/'),
  /** Only an active tenant is answered: one that is suspended loses nothing, one that is being made or deleted is not whole. */
  state: z.enum(['creating', 'active', 'suspended', 'deleting']),
  created_at_ms: z.number(),
});
export type HostedTenant = z.infer<typeof HostedTenant>;
