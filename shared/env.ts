import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { HookmintError, messageOf } from './errors.ts';

/** Names the folder that has settings as files, each named as its variable would be: what a platform mounts secrets as. */
const SECRETS_DIR = 'HOOKMINT_SECRETS_DIR';

const SECRET = /(?:_KEY|_SEED|_SECRET)$|^(?:MONGODB|NATS)_URL$/;

/** Whether a setting is a secret or may have one in it, and so belongs into a file: who can read one variable can read all. */
export const isSecretSetting = (name: string): boolean => SECRET.test(name);

/**
 * Reads settings from the environment, once, at a service's start. Nothing else reads `process.env`.
 *
 * @throws {HookmintError} `config_invalid`, naming each variable that is missing or wrong and what it should be; values are
 *   never shown, since some are secrets.
 */
export function readEnv<Shape extends z.ZodRawShape>(
  shape: Shape,
  env: NodeJS.ProcessEnv = process.env,
): Readonly<z.infer<z.ZodObject<Shape>>> {
  const given = Object.fromEntries(Object.keys(shape).flatMap((name) => (isSet(env[name]) ? [[name, env[name]]] : [])));
  const parsed = z.object(shape).safeParse(given);
  if (parsed.success) return Object.freeze(parsed.data);
  const problems = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return given[name] === undefined ? `${name} is not set` : `${name}: ${issue.message}`;
  });
  throw incomplete(problems);
}

/**
 * Reads a service's own settings: from the environment, and from the files of the folder that `HOOKMINT_SECRETS_DIR` names. Secrets are
 * taken out of `env`, so that no child process and nobody who comes later finds them there.
 *
 * @throws {HookmintError} `config_invalid` as {@link readEnv}, and for a file that is not a setting of the service, or one that is set too.
 */
export function readSettings<Shape extends z.ZodRawShape>(
  shape: Shape,
  env: NodeJS.ProcessEnv = process.env,
): Readonly<z.infer<z.ZodObject<Shape>>> {
  const names = Object.keys(shape);
  const files = readFiles(env[SECRETS_DIR]);
  const problems = Object.keys(files).flatMap((name) => {
    if (!names.includes(name)) return [`the file ${name} is not a setting`];
    return isSet(env[name]) ? [`${name} is both a variable and a file`] : [];
  });
  if (problems.length > 0) throw incomplete(problems);
  const own = Object.fromEntries(names.map((name) => [name, files[name] ?? env[name]]));
  const settings = readEnv(shape, own);
  for (const name of names.filter(isSecretSetting)) Reflect.deleteProperty(env, name);
  return settings;
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '';

const incomplete = (problems: readonly string[]): HookmintError =>
  new HookmintError('config_invalid', `The environment is not complete: ${problems.join('; ')}.`);

/** Contents of the files by their names, without the line feed that an editor leaves at the end. */
function readFiles(folder: string | undefined): Record<string, string> {
  if (folder === undefined || folder === '') return {};
  try {
    // Kubernetes keeps versions of what it mounts in folders that begin with two dots.
    const names = readdirSync(folder).filter((name) => !name.startsWith('..'));
    return Object.fromEntries(
      names.map((name) => [name, readFileSync(join(folder, name), 'utf8').replace(/\r?\n$/, '')]),
    );
  } catch (error) {
    throw new HookmintError('config_invalid', `${SECRETS_DIR} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}

/** A variable that holds a whole number. */
export const integer = z.coerce.number().int();

/** A variable that holds a 256-bit key, base64url. */
export const key256 = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 random bytes, base64url without padding (43 characters)')
  .transform((text) => Buffer.from(text, 'base64url'));

/** A variable that holds the path of a PEM file. Errors name paths; they must not repeat a key that was put in place of one. */
export const pemFile = z
  .string()
  .refine((text) => !text.includes('-----BEGIN'), 'must be the path of a PEM file, not its content');
