import { z } from 'zod';
import { HookmintError } from './errors.ts';

/**
 * Reads one service's settings from the environment, once, at its start. Nothing else reads `process.env`.
 *
 * @throws {HookmintError} `config_invalid`, naming each variable that is missing or wrong and what it should be; values are
 *   never shown, since some are secrets.
 */
export function readEnv<Shape extends z.ZodRawShape>(
  shape: Shape,
  env: NodeJS.ProcessEnv = process.env,
): Readonly<z.infer<z.ZodObject<Shape>>> {
  const given = Object.fromEntries(
    Object.keys(shape).flatMap((name) => (env[name] === undefined || env[name] === '' ? [] : [[name, env[name]]])),
  );
  const parsed = z.object(shape).safeParse(given);
  if (parsed.success) return Object.freeze(parsed.data);
  const problems = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return given[name] === undefined ? `${name} is not set` : `${name}: ${issue.message}`;
  });
  throw new HookmintError('config_invalid', `The environment is not complete: ${problems.join('; ')}.`);
}

/** A variable that holds a whole number. */
export const integer = z.coerce.number().int();

/** A variable that holds a 256-bit key, base64url. */
export const key256 = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'is to be 32 random bytes, base64url without padding (43 characters)')
  .transform((text) => Buffer.from(text, 'base64url'));

/** A variable that holds the path of a PEM file. Errors name paths; a key that was put in place of one is not to be told. */
export const pemFile = z
  .string()
  .refine((text) => !text.includes('-----BEGIN'), 'is to be the path of a PEM file, not what is in it');
