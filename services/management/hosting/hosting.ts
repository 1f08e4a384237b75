import type { HostedTenant } from '../../../shared/domain/hosted-tenant.ts';

/** The client that a new tenant is administered by; its secret is told this once. */
export type ManagementClient = { client_id: string; client_secret: string };

type Made = Pick<HostedTenant, 'handle' | 'issuer'>;

/** What making and ending a tenant takes beside its entry in the list of tenants. */
export type Hosting = {
  /** Makes the tenant's database, with all that access to its Management API rests on. */
  prepare: (tenant: Made) => Promise<ManagementClient>;
  /** Removes the database, and what the tenant's hooks have stored. */
  remove: (tenant: Made) => Promise<void>;
};
