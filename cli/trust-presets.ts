import { UsageError } from '../shared/usage-error.ts';

export type Trusted = { issuer: string; jwks_uri: string; subject: string; notes: string[] };

type Options = {
  issuer?: string | undefined;
  jwksUri?: string | undefined;
  ref?: string | undefined;
  environment?: string | undefined;
};

type Preset = (who: string, options: Options) => Trusted;

const GITHUB = 'https://token.actions.githubusercontent.com';
const GITLAB = 'https://gitlab.com';

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
]);

function matching(who: string, shape: RegExp, shown: string): string {
  if (!shape.test(who)) throw new UsageError(`${who} is not of the form ${shown}.`);
  return who;
}

function needed(value: string | undefined, what: string): string {
  if (value === undefined) throw new UsageError(`This platform needs ${what}.`);
  return value;
}
