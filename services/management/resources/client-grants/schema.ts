import { z } from 'zod';
import { MAX_CLIENT_ID_LENGTH } from '../../../../shared/domain/client.ts';
import { MAX_IDENTIFIER_LENGTH } from '../../../../shared/domain/resource-server.ts';

/** Most scopes of a grant: those of an API (contract §5.3). */
const MAX_SCOPES = 1_000;
const MAX_SCOPE_LENGTH = 280;

const scope = z.array(z.string().min(1).max(MAX_SCOPE_LENGTH)).max(MAX_SCOPES);

/** Members that Auth0's tools send and expect back; there are no organisations here that they could govern. */
const profile = {
  organization_usage: z.enum(['deny', 'allow', 'require']).nullable().optional(),
  allow_any_organization: z.boolean().nullable().optional(),
  authorization_details_types: z.array(z.string().max(255)).max(100).optional(),
};

const changeable = {
  ...profile,
  scope: scope.nullable().optional(),
  allow_all_scopes: z.boolean().nullable().optional(),
};

/** What can be changed; whose grant it is, and for which API, cannot (contract §5.4). */
export const UpdateClientGrant = z.strictObject(changeable);
export type UpdateClientGrant = z.infer<typeof UpdateClientGrant>;

export const CreateClientGrant = z.strictObject({
  ...changeable,
  client_id: z.string().min(1).max(MAX_CLIENT_ID_LENGTH),
  audience: z.string().min(1).max(MAX_IDENTIFIER_LENGTH),
  subject_type: z.literal('client', 'is to be client: tokens are issued to clients only').optional(),
  default_for: z.never('is not supported; name one client in client_id').optional(),
});
export type CreateClientGrant = z.infer<typeof CreateClientGrant>;

/** As the API shows it. */
export const ClientGrantView = z
  .object({
    id: z.string(),
    client_id: z.string(),
    audience: z.string(),
    scope: z.array(z.string()).optional(),
    allow_all_scopes: z.boolean().optional(),
    subject_type: z.literal('client').optional(),
    ...profile,
  })
  .meta({ id: 'ClientGrant' });
export type ClientGrantView = z.infer<typeof ClientGrantView>;
