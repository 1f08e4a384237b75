import { z } from 'zod';
import {
  MAX_IDENTIFIER_LENGTH,
  MAX_TOKEN_LIFETIME_SECONDS,
  SigningAlg,
  TokenDialect,
} from '../../../../shared/domain/resource-server.ts';
import { ProofOfPossessionPolicy } from '../../../../shared/domain/proof-of-possession.ts';
import { off } from '../../api/off.ts';
import { claims } from '../../api/static-claims.ts';
import { name } from '../../api/text.ts';

/** Most scopes of an API (contract §5.3). */
const MAX_SCOPES = 1_000;

const Scope = z.strictObject({
  value: z
    .string()
    .min(1)
    .max(280)
    // Within a token a space begins another scope.
    .regex(/^[\x21\x23-\x5B\x5D-\x7E]*$/, 'must be ASCII without spaces, " and \\ (RFC 6749 §3.3)'),
  description: z.string().max(500).optional(),
});

const Scopes = z
  .array(Scope)
  .max(MAX_SCOPES)
  .refine((scopes) => new Set(scopes.map(({ value }) => value)).size === scopes.length, 'names a scope twice');

const Policy = <Values extends readonly [string, ...string[]]>(...values: Values) =>
  z.strictObject({ policy: z.enum(values) });

const SubjectTypeAuthorization = z.strictObject({
  client: Policy('require_client_grant', 'deny_all').optional(),
  user: Policy('allow_all', 'deny_all', 'require_client_grant').optional(),
});

const ASYMMETRIC = SigningAlg.options.join(', ');

function whyNot(alg: unknown): string {
  if (typeof alg !== 'string' || !alg.startsWith('HS')) return `must be one of ${ASYMMETRIC}`;
  return `${alg} is not supported, because every verifier of such tokens could also make them: use one of ${ASYMMETRIC}`;
}

/** Members that mean something here. */
const meaningful = {
  name: name(200).optional(),
  scopes: Scopes.optional(),
  signing_alg: z.enum(SigningAlg.options, { error: ({ input }) => whyNot(input) }).optional(),
  token_lifetime: z.int('must be a whole number of seconds').min(1).max(MAX_TOKEN_LIFETIME_SECONDS).optional(),
  token_dialect: TokenDialect.optional(),
  enforce_policies: z.boolean().optional(),
  subject_type_authorization: SubjectTypeAuthorization.optional(),
  /** `null`: its tokens are never bound. */
  proof_of_possession: ProofOfPossessionPolicy.nullable().optional(),
  claims,
};

/** About users: their consent, their refresh tokens, their browsers. No token is issued to any here. */
const ofUsers = {
  allow_offline_access: z.boolean().optional(),
  allow_online_access: z.boolean().optional(),
  skip_consent_for_verifiable_first_party_clients: z.boolean().optional(),
  token_lifetime_for_web: z.int().min(0).max(MAX_TOKEN_LIFETIME_SECONDS).optional(),
};

/** Would decide about the API's tokens, and cannot. */
const notHere = {
  verificationLocation: off.object(
    'hookmint verifies no tokens for APIs; the API must use the keys of /.well-known/jwks.json',
  ),
  consent_policy: off.object('tokens of clients need no consent; leave it out'),
  authorization_details: off.object('tokens have no authorization_details; use scopes'),
  token_encryption: off.object('tokens are signed and not encrypted; leave it out, and keep secrets out of claims'),
};

export const ResourceServerProfile = z.strictObject({ ...ofUsers, ...notHere });

export const UpdateResourceServer = ResourceServerProfile.extend(meaningful);

export const CreateResourceServer = UpdateResourceServer.extend({
  identifier: z.string().min(1).max(MAX_IDENTIFIER_LENGTH),
});

/** As the API shows it; every member may be left out by `fields`. */
export const ResourceServerView = z
  .object({
    id: z.string(),
    identifier: z.string(),
    is_system: z.boolean(),
    ...meaningful,
    /** Older versions took other values. */
    scopes: z.array(z.object({ value: z.string(), description: z.string().optional() })),
    ...ResourceServerProfile.shape,
  })
  .partial()
  .meta({ id: 'ResourceServer' });
export type ResourceServerView = z.infer<typeof ResourceServerView>;
