import { UsageError } from '../shared/usage-error.ts';

/** `jwks_uri`: `null` where the issuer's metadata tells it. */
export type Trusted = { issuer: string; jwks_uri: string | null; subject: string; notes: string[] };

type Options = {
  issuer?: string | undefined;
  jwksUri?: string | undefined;
  ref?: string | undefined;
  environment?: string | undefined;
};

type Preset = (who: string, options: Options) => Trusted;

const GITHUB = 'https://token.actions.githubusercontent.com';
const GITLAB = 'https://gitlab.com';
const GOOGLE = 'https://accounts.google.com';

/** How each platform names who asks, and where its keys are, as its documentation says. */
export const PRESETS: ReadonlyMap<string, Preset> = new Map<string, Preset>([
  [
    'github',
    (who, { issuer = GITHUB, jwksUri = `${issuer}/.well-known/jwks`, ref = 'refs/heads/main', environment }) => ({
      issuer,
      jwks_uri: jwksUri,
      subject: `repo:${matching(who, /^[\w.-]+\/[\w.-]+$/, 'OWNER/REPOSITORY')}:${
        environment === undefined ? `ref:${ref}` : `environment:${environment}`
      }`,
      notes: [],
    }),
  ],
  [
    'gitlab',
    (who, { issuer = GITLAB, jwksUri = `${issuer}/oauth/discovery/keys`, ref = 'main' }) => ({
      issuer,
      jwks_uri: jwksUri,
      subject: `project_path:${matching(who, /^[\w.-]+(\/[\w.-]+)+$/, 'GROUP/PROJECT')}:ref_type:branch:ref:${ref}`,
      notes: [],
    }),
  ],
  [
    'kubernetes',
    (who, options) => {
      const issuer = needed(
        options.issuer,
        '--issuer, which `kubectl get --raw /.well-known/openid-configuration` tells',
      );
      const [namespace = '', account = ''] = matching(
        who,
        /^[a-z0-9-]+\/[a-z0-9.-]+$/,
        'NAMESPACE/SERVICEACCOUNT',
      ).split('/');
      return {
        issuer,
        jwks_uri: options.jwksUri ?? `${issuer.replace(/\/$/, '')}/openid/v1/jwks`,
        subject: `system:serviceaccount:${namespace}:${account}`,
        notes:
          account === 'default' ? ['Every pod of the namespace that names no other service account is "default".'] : [],
      };
    },
  ],
  [
    'spiffe',
    (who, options) => ({
      issuer: needed(options.issuer, "--issuer, the jwt_issuer of SPIRE's server"),
      jwks_uri: needed(options.jwksUri, '--jwks-uri, of the OIDC Discovery Provider of SPIRE'),
      subject: matching(who, /^spiffe:\/\/[a-z0-9._-]+\/.+$/, 'spiffe://TRUST-DOMAIN/PATH'),
      notes: [],
    }),
  ],
  [
    'aws',
    (who, { issuer, jwksUri = null }) => ({
      issuer: needed(issuer, '--issuer, which `aws iam get-outbound-web-identity-federation-info` tells'),
      jwks_uri: jwksUri,
      subject: matching(who, /^arn:aws[\w-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/, 'the ARN of a role'),
      notes: [
        'The workload asks `aws sts get-web-identity-token` for its token, with --audience and --signing-algorithm.',
      ],
    }),
  ],
  [
    'google',
    (who, { issuer = GOOGLE, jwksUri = null }) => ({
      issuer,
      jwks_uri: jwksUri,
      subject: matching(who, /^\d{10,30}$/, 'the unique id of a service account, in digits'),
      notes: [],
    }),
  ],
  [
    'azure',
    (who, { issuer, jwksUri = null }) => {
      const [tenant = '', subject = ''] = matching(who, /^[0-9a-f-]{36}\/[0-9a-f-]{36}$/, 'TENANT-ID/OBJECT-ID').split(
        '/',
      );
      return {
        issuer: issuer ?? `https://sts.windows.net/${tenant}/`,
        jwks_uri: jwksUri,
        subject,
        notes: [
          'The aud is that of an application of the tenant: give it as --audience. Its tokens of version 2 have another issuer.',
        ],
      };
    },
  ],
  [
    'oidc',
    (who, { issuer, jwksUri = null }) => ({
      issuer: needed(issuer, '--issuer, the iss of its tokens'),
      jwks_uri: jwksUri,
      subject: who,
      notes: [],
    }),
  ],
]);

function matching(who: string, shape: RegExp, shown: string): string {
  if (!shape.test(who)) throw new UsageError(`${who} is not of the form ${shown}.`);
  return who;
}

function needed(value: string | undefined, what: string): string {
  if (value === undefined) throw new UsageError(`This platform needs ${what}.`);
  return value;
}
