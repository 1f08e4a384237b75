import { z } from 'zod';
import { HookmintError } from '../../../../shared/errors.ts';
import { ConsoleRole } from '../../../../shared/domain/person.ts';
import { isLoopbackName } from '../../../../shared/loopback.ts';

/** What somebody has by a value of the provider's claim: roles, and scopes of the Management API beside them. */
export type Rights = { roles: readonly ConsoleRole[]; scopes: readonly string[] };

/** How people sign in to the console at an OpenID provider. */
export type SignInSettings = {
  /** As the provider's metadata has it. */
  issuer: URL;
  clientId: string;
  clientSecret: string;
  /** Separated by spaces. */
  scope: string;
  /** JSON pointer into the ID token (RFC 6901). */
  rolesClaim: string;
  /** By the values that the claim may have; one that is not here gives nothing. */
  rights: ReadonlyMap<string, Rights>;
};

const Rules = z.record(z.string(), z.union([ConsoleRole, z.array(z.string().min(1)).min(1)]));

/** `{"platform": "operator", "watchers": ["read:logs"]}`, as text. */
const RulesText = z
  .string()
  .max(65_536)
  .transform((text, context) => {
    try {
      const rules = Rules.safeParse(JSON.parse(text));
      if (rules.success && Object.keys(rules.data).length > 0) {
        return new Map(Object.entries(rules.data).map(([value, rule]) => [value, rightsBy(rule)]));
      }
    } catch {
      // It is no JSON.
    }
    const roles = ConsoleRole.options.join(', ');
    context.addIssue(`must be a JSON object from values of the claim to one of ${roles}, or to an array of scopes`);
    return z.NEVER;
  });

const rightsBy = (rule: z.infer<typeof Rules>[string]): Rights =>
  typeof rule === 'string' ? { roles: [rule], scopes: [] } : { roles: [], scopes: rule };

const DEFAULT_SCOPE = 'openid profile email';
const DEFAULT_ROLES_CLAIM = '/roles';

/** Settings of management: how people sign in to the console at an OpenID provider; without an issuer by links alone. */
export const signInEnv = {
  /** `issuer` of the provider's metadata (OpenID Connect Discovery); over HTTPS, or on this machine. */
  HOOKMINT_CONSOLE_OIDC_ISSUER: z
    .url({ protocol: /^https?$/ })
    .max(256)
    .refine(isPrivateUrl, 'must begin with https://, or be on this machine')
    .optional(),
  /** The client that hookmint is there: with a secret, the code flow, and `…/console/sign-in/callback` as its redirect URI. */
  HOOKMINT_CONSOLE_OIDC_CLIENT_ID: z.string().max(256).optional(),
  /** The secret of that client. */
  HOOKMINT_CONSOLE_OIDC_CLIENT_SECRET: z.string().optional(),
  /** What is asked for. Default: openid profile email. */
  HOOKMINT_CONSOLE_OIDC_SCOPE: z
    .string()
    .regex(/(?:^| )openid(?: |$)/, 'must have openid among its scopes')
    .optional(),
  /** Where in the ID token a person's roles are: a JSON pointer, as /realm_access/roles. Default: /roles. */
  HOOKMINT_CONSOLE_ROLES_CLAIM: z
    .string()
    .regex(/^(?:\/(?:[^~/]|~[01])*)+$/, 'must be a JSON pointer, as /realm_access/roles')
    .optional(),
  /** Which value of it gives which role, or which scopes. A person with none of them does not get in. */
  HOOKMINT_CONSOLE_ROLES: RulesText.optional(),
};

const NEEDED = [
  'HOOKMINT_CONSOLE_OIDC_CLIENT_ID',
  'HOOKMINT_CONSOLE_OIDC_CLIENT_SECRET',
  'HOOKMINT_CONSOLE_ROLES',
] as const;

type Given = { [Name in keyof typeof signInEnv]?: z.infer<(typeof signInEnv)[Name]> };

/**
 * @param isServed Whether there is a console.
 * @param scopes Every scope of the Management API.
 * @throws {HookmintError} `config_invalid`, naming what lacks, or would have no effect.
 */
export function signInSettings(
  given: Given,
  { isServed, scopes }: { isServed: boolean; scopes: readonly string[] },
): SignInSettings | undefined {
  const issuer = given.HOOKMINT_CONSOLE_OIDC_ISSUER;
  const names = Object.keys(signInEnv) as (keyof Given)[];
  const set = names.filter((name) => given[name] !== undefined);
  if (set.length === 0) return undefined;
  if (issuer === undefined) throw invalid(`${String(set[0])} needs HOOKMINT_CONSOLE_OIDC_ISSUER`);
  if (!isServed) throw invalid('HOOKMINT_CONSOLE_OIDC_ISSUER needs HOOKMINT_CONSOLE=on');
  const [clientId, clientSecret, rights] = NEEDED.map((name) => {
    if (given[name] === undefined) throw invalid(`HOOKMINT_CONSOLE_OIDC_ISSUER needs ${name}`);
    return given[name];
  }) as [string, string, ReadonlyMap<string, Rights>];
  for (const { scopes: named } of rights.values()) {
    const unknown = named.find((scope) => !scopes.includes(scope));
    if (unknown !== undefined)
      throw invalid(`HOOKMINT_CONSOLE_ROLES: the Management API has no scope ${JSON.stringify(unknown)}`);
  }
  return {
    issuer: new URL(issuer),
    clientId,
    clientSecret,
    scope: given.HOOKMINT_CONSOLE_OIDC_SCOPE ?? DEFAULT_SCOPE,
    rolesClaim: given.HOOKMINT_CONSOLE_ROLES_CLAIM ?? DEFAULT_ROLES_CLAIM,
    rights,
  };
}

function isPrivateUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || isLoopbackName(hostname);
}

const invalid = (problem: string): HookmintError =>
  new HookmintError('config_invalid', `The environment is not complete: ${problem}.`);
