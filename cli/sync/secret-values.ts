import { z } from 'zod';
import { SECRET_NOT_SHOWN, type TenantFiles } from '../tenant-files/model.ts';
import { readYamlFile } from '../yaml-file.ts';

/** Maps: names come from outside, and an object has members of its own (`constructor`) and one that it loses (`__proto__`). */
const named = <Value extends z.ZodType>(value: Value) =>
  z.preprocess(
    (given: unknown) => (isMembers(given) ? new Map(Object.entries(given)) : (given ?? new Map())),
    z.map(z.string(), value),
  );

const isMembers = (given: unknown): given is object =>
  typeof given === 'object' && given !== null && !Array.isArray(given);

/** Values for what an export never holds. */
export const SecretValues = z.strictObject({
  /** Hook or Action name → secret name → value. */
  hooks: named(named(z.string())),
  actions: named(named(z.string())),
  /** Client name → its client_secret, so that the client goes on with the one it has. */
  clients: named(z.string()),
});
export type SecretValues = z.infer<typeof SecretValues>;

/**
 * Reads a file of secrets, JSON or YAML.
 *
 * @throws {UsageError} One that names the file; never a value.
 */
export function readSecretValues(file: string | undefined): SecretValues {
  if (file === undefined) return SecretValues.parse({});
  return readYamlFile(file, SecretValues);
}

/** What of the values is for nothing in the files, as `client NAME` or `hook NAME: SECRET`: a name that is misspelt would go unnoticed. */
export function unusedSecrets({ hooks, actions, clients }: SecretValues, files: TenantFiles): string[] {
  const unused = (kind: string, values: SecretValues['hooks'], named: Map<string, readonly string[]>): string[] =>
    [...values].flatMap(([name, secrets]) => {
      const known = named.get(name);
      if (known === undefined) return [`${kind} ${name}`];
      return [...secrets.keys()]
        .filter((secret) => !known.includes(secret))
        .map((secret) => `${kind} ${name}: ${secret}`);
    });
  const ofHooks = files.hooks?.map(({ name, secrets }): [string, string[]] => [name, Object.keys(secrets)]);
  const ofActions = files.actions?.map(({ name, secrets }): [string, string[]] => [
    name,
    secrets.map((secret) => secret.name),
  ]);
  return [
    ...unused('hook', hooks, new Map(ofHooks)),
    ...unused('action', actions, new Map(ofActions)),
    ...[...clients.keys()]
      .filter((name) => files.clients?.some((client) => client.name === name) !== true)
      .map((name) => `client ${name}`),
  ];
}

/** The environment variable that holds a secret when the file does not: letters and digits of both names in capitals. */
export function secretVariable(owner: string, secret: string): string {
  return `HOOKMINT_SECRET_${[owner, secret].map((name) => name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')).join('_')}`;
}

export type Secrets = { given: Record<string, string>; missing: string[] };

/**
 * The secrets of a hook or Action: from the file of secrets, else the environment, else the export if it has the value.
 *
 * @param known Names whose value hookmint already has; they need not be given again.
 */
export function secretsOf(
  owner: string,
  named: Record<string, string | undefined>,
  values: ReadonlyMap<string, string> = new Map(),
  known: readonly string[] = [],
  env: NodeJS.ProcessEnv = process.env,
): Secrets {
  const given: [string, string][] = [];
  const missing: string[] = [];
  for (const [name, inFile] of Object.entries(named)) {
    const literal = inFile === SECRET_NOT_SHOWN ? undefined : inFile;
    const value = values.get(name) ?? env[secretVariable(owner, name)] ?? literal;
    if (value !== undefined) given.push([name, value]);
    else if (!known.includes(name)) missing.push(name);
  }
  return { given: Object.fromEntries(given), missing };
}
