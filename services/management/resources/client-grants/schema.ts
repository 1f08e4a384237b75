import { z } from 'zod';
import { MAX_CLIENT_ID_LENGTH } from '../../../../shared/domain/client.ts';
import { MAX_IDENTIFIER_LENGTH } from '../../../../shared/domain/resource-server.ts';
import { off } from '../../api/off.ts';
import { claims } from '../../api/static-claims.ts';

/** Most scopes of a grant: those of an API (contract §5.3). */
const MAX_SCOPES = 1_000;
const MAX_SCOPE_LENGTH = 280;

const scope = z.array(z.string().min(1).max(MAX_SCOPE_LENGTH)).max(MAX_SCOPES);

/** Would decide about the tokens of the grant, and cannot. */
export const profile = {
  organization_usage: off.text('deny', 'hookmint has no organizations; create an API or a client for each instead'),
  allow_any_organization: off.flag('hookmint has no organizations; create an API or a client for each instead'),
  authorization_details_types: off.list('tokens have no authorization_details; use scopes'),
};

const changeable = {
  ...profile,
  scope: scope.nullable().optional(),
  allow_all_scopes: z.boolean().nullable().optional(),
  claims,
};

/** What can be changed; whose grant it is, and for which API, cannot (contract §5.4). */
export const UpdateClientGrant = z.strictObject(changeable);
export type UpdateClientGrant = z.infer<typeof UpdateClientGrant>;

export const CreateClientGrant = z.strictObject({
  ...changeable,
  client_id: z.string().min(1).max(MAX_CLIENT_ID_LENGTH),
  audience: z.string().min(1).max(MAX_IDENTIFIER_LENGTH),
  subject_type: z.literal('client', 'must be client: tokens are issued to clients only').optional(),
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
    claims,
    ...profile,
  })
  .meta({ id: 'ClientGrant' });
export type ClientGrantView = z.infer<typeof ClientGrantView>;
