import { z } from 'zod';
import { AssertionAlg, CertificateCredentialType } from '../../../../shared/domain/client.ts';
import { name } from '../../api/text.ts';

/** Longest public key or certificate, characters: a chain does not belong here. */
const MAX_PEM_LENGTH = 16_384;

/** Longest subject of a certificate, as Auth0 has it, and longest other name, characters. */
const MAX_SUBJECT_LENGTH = 256;
const MAX_SAN_LENGTH = 2_048;

/** Most credentials of a client: one for each of its keys, and room for their successors. */
export const MAX_CREDENTIALS = 10;

const expires_at = z.iso.datetime({ offset: true, error: 'must be a time such as 2030-01-31T12:00:00Z' });
const pem = z.string().min(1).max(MAX_PEM_LENGTH);

/** Of all types. */
const shared = { name: name(128).optional(), expires_at: expires_at.optional() };

/** A public key, of an assertion's signature (contract §5.3). */
const PublicKeyCredential = z.strictObject({
  credential_type: z.literal('public_key', 'must be public_key, for private_key_jwt'),
  ...shared,
  /** Either this or `jwk`. */
  pem: pem.optional(),
  /** hookmint's own: a public JWK (RFC 7517); Auth0 takes PEM alone. */
  jwk: z.record(z.string().max(64), z.unknown()).optional(),
  alg: z.enum(AssertionAlg.options, `must be one of ${AssertionAlg.options.join(', ')}`).optional(),
  kid: z
    .string()
    .regex(/^[0-9a-zA-Z_-]{10,64}$/, 'must be 10 to 64 letters, digits, - and _')
    .optional(),
  parse_expiry_from_cert: z.boolean().default(false),
});
export type CreatePublicKey = z.infer<typeof PublicKeyCredential>;

/** A certificate, for `self_signed_tls_client_auth`. */
const CertificateItself = z.strictObject({
  credential_type: z.literal('x509_cert', 'must be x509_cert, for self_signed_tls_client_auth'),
  ...shared,
  pem,
});

/** A name in a certificate of an authority, for `tls_client_auth`: its subject as Auth0 has it, or one of RFC 8705 §2.1.2. */
const CertificateSubject = z.strictObject({
  credential_type: z.literal('cert_subject_dn'),
  ...shared,
  /** Either this or `pem`, a certificate that has it. */
  subject_dn: z.string().min(1).max(MAX_SUBJECT_LENGTH).optional(),
  pem: pem.optional(),
});
const AlternativeName = z.strictObject({
  credential_type: z.enum(['cert_san_dns', 'cert_san_uri', 'cert_san_ip', 'cert_san_email']),
  ...shared,
  san: z.string().min(1).max(MAX_SAN_LENGTH),
});

export const CreateCredential = z.discriminatedUnion(
  'credential_type',
  [PublicKeyCredential, CertificateItself, CertificateSubject, AlternativeName],
  `must be one of public_key, ${CertificateCredentialType.options.join(', ')}`,
);
export type CreateCredential = z.infer<typeof CreateCredential>;
export type CreateCertificate = Exclude<CreateCredential, CreatePublicKey>;

/** As they come within a new client, where a type that there is one of goes without saying. */
export const InlineCredentials = {
  private_key_jwt: PublicKeyCredential.extend({
    credential_type: PublicKeyCredential.shape.credential_type.default('public_key'),
  }),
  self_signed_tls_client_auth: CertificateItself.extend({
    credential_type: CertificateItself.shape.credential_type.default('x509_cert'),
  }),
  tls_client_auth: z.discriminatedUnion(
    'credential_type',
    [CertificateSubject, AlternativeName],
    'must be cert_subject_dn or one of cert_san_dns, cert_san_uri, cert_san_ip, cert_san_email, for tls_client_auth',
  ),
};

export const UpdateCredential = z.strictObject({ expires_at: expires_at.nullable().optional() });

/** As the API shows it: without the key, which its `kid` names, or the certificate. */
export const CredentialView = z
  .object({
    id: z.string(),
    name: z.string().optional(),
    credential_type: z.enum(['public_key', ...CertificateCredentialType.options]),
    /** Of a `public_key`. */
    kid: z.string().optional(),
    alg: AssertionAlg.optional(),
    /** Of an `x509_cert`: its SHA-256, base64url. */
    thumbprint_sha256: z.string().optional(),
    /** Of a `cert_subject_dn`, and of the other types. */
    subject_dn: z.string().optional(),
    san: z.string().optional(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    expires_at: z.iso.datetime().optional(),
  })
  .meta({ id: 'ClientCredential' });
export type CredentialView = z.infer<typeof CredentialView>;
