import { z } from 'zod';
import { HostedTenant } from '../../../shared/domain/hosted-tenant.ts';

const { name, issuer, state } = HostedTenant.shape;

export const CreateTenant = z.strictObject({
  name: name.meta({ description: 'Name of the tenant, in subjects of the bus and names of databases' }),
  issuer: issuer.optional().meta({
    description: "`iss` of its tokens: a host of its own, or below `t/` at the deployment's. Default: `t/NAME/` there",
  }),
});

export const UpdateTenant = z.strictObject({
  state: state
    .extract(['active', 'suspended'])
    .meta({ description: 'A suspended tenant is answered nothing: no token, no key, no API' }),
});

export const TenantView = z.object({
  name,
  issuer,
  state,
  created_at: z.iso.datetime(),
});

export const CreatedTenant = TenantView.extend({
  management: z.object({
    audience: z.string().meta({ description: "Of tokens for the tenant's Management API" }),
    client_id: z.string(),
    client_secret: z.string().meta({ description: 'Shown this once' }),
  }),
});
