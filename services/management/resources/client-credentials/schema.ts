import { z } from 'zod';
import { AssertionAlg } from '../../../../shared/domain/client.ts';
import { name } from '../../api/text.ts';

/** Longest public key or certificate, characters: a chain does not belong here. */
const MAX_PEM_LENGTH = 16_384;

/** Most credentials of a client: one for each of its keys, and room for their successors. */
export const MAX_CREDENTIALS = 10;

const expires_at = z.iso.datetime({ offset: true, error: 'must be a time such as 2030-01-31T12:00:00Z' });

/** A public key (contract §5.3). Auth0's other types are for clients that authenticate by TLS. */
const shape = {
  credential_type: z.literal('public_key', 'must be public_key, the only supported type'),
  name: name(128).optional(),
  /** Either this or `jwk`. */
  pem: z.string().min(1).max(MAX_PEM_LENGTH).optional(),
  /** hookmint's own: a public JWK (RFC 7517); Auth0 takes PEM alone. */
  jwk: z.record(z.string().max(64), z.unknown()).optional(),
  alg: z.enum(AssertionAlg.options, `must be one of ${AssertionAlg.options.join(', ')}`).optional(),
  kid: z
    .string()
    .regex(/^[0-9a-zA-Z_-]{10,64}$/, 'must be 10 to 64 letters, digits, - and _')
    .optional(),
  expires_at: expires_at.optional(),
  parse_expiry_from_cert: z.boolean().default(false),
};

export const CreateCredential = z.strictObject(shape);
export type CreateCredential = z.infer<typeof CreateCredential>;

/** As it comes within a new client, where its type goes without saying. */
export const InlineCredential = CreateCredential.extend({
  credential_type: shape.credential_type.default('public_key'),
});

export const UpdateCredential = z.strictObject({ expires_at: expires_at.nullable().optional() });

/** As the API shows it: without the key, which its `kid` names. */
export const CredentialView = z
  .object({
    id: z.string(),
    name: z.string().optional(),
    kid: z.string(),
    alg: AssertionAlg,
    credential_type: z.literal('public_key'),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    expires_at: z.iso.datetime().optional(),
  })
  .meta({ id: 'ClientCredential' });
export type CredentialView = z.infer<typeof CredentialView>;
