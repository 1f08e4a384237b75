import { z } from 'zod';
import {
  DEFAULT_MAX_LIFETIME_SECONDS,
  MOST_MAX_LIFETIME_SECONDS,
} from '../../../../shared/domain/client-assertion-issuer.ts';
import { isJwksUri, MAX_JWKS_URI_LENGTH } from '../../../../shared/domain/jwks-uri.ts';
import { name } from '../../api/text.ts';

/** Most keys of an issuer that has them here. */
const MAX_KEYS = 32;

/** What an `iss` may be: of OpenID Connect a URL like that of keys, of SPIFFE a trust domain. */
const isIssuer = (text: string): boolean =>
  isJwksUri(text) ? URL.parse(text)?.search === '' : /^spiffe:\/\/[a-z0-9._-]{1,255}$/.test(text);

const shape = {
  name: name(200),
  issuer: z
    .string()
    .max(512)
    .refine(isIssuer, 'must be an https URL without query and fragment, or spiffe://TRUST-DOMAIN'),
  jwks_uri: z
    .string()
    .max(MAX_JWKS_URI_LENGTH)
    .refine(isJwksUri, 'must be an https URL without user, password and fragment'),
  /** A JWK Set in the place of `jwks_uri`; with neither the issuer's metadata says where its keys are. */
  jwks: z.strictObject({
    keys: z
      .array(z.record(z.string().max(64), z.unknown()))
      .min(1)
      .max(MAX_KEYS),
  }),
  max_lifetime_seconds: z.int().min(60).max(MOST_MAX_LIFETIME_SECONDS),
  single_use: z.boolean(),
};

export const CreateIssuer = z.strictObject({
  ...shape,
  jwks_uri: shape.jwks_uri.nullable().default(null),
  jwks: shape.jwks.nullable().default(null),
  max_lifetime_seconds: shape.max_lifetime_seconds.default(DEFAULT_MAX_LIFETIME_SECONDS),
  single_use: shape.single_use.default(false),
});
export type CreateIssuer = z.infer<typeof CreateIssuer>;

/** Clients name an issuer by what cannot be changed. */
export const UpdateIssuer = z
  .strictObject({ ...shape, jwks_uri: shape.jwks_uri.nullable(), jwks: shape.jwks.nullable() })
  .omit({ issuer: true })
  .partial();
export type UpdateIssuer = z.infer<typeof UpdateIssuer>;

export const IssuerView = z
  .object({
    id: z.string(),
    name: z.string(),
    issuer: z.string(),
    jwks_uri: z.string().nullable(),
    jwks: z.object({ keys: z.array(z.record(z.string(), z.string())) }).nullable(),
    max_lifetime_seconds: z.int(),
    single_use: z.boolean(),
  })
  .meta({ id: 'ClientAssertionIssuer' });
