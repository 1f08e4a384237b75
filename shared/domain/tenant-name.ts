import { z } from 'zod';

/** Name of a tenant: one token of the bus's subjects, and, after `hookmint_`, the name of a database, which no file system may take for another's. */
export const TenantName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/, 'must be 2 to 32 small letters, digits and hyphens, with a letter first');
