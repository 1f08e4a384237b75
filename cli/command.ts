import { relative, resolve } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { messageOf } from '../shared/errors.ts';
import { UsageError } from '../shared/usage-error.ts';
import { seeHelp } from './help/help.ts';

/** What a command's exit code says. */
export const EXIT = {
  /** A token would be issued; all cases passed. */
  ok: 0,
  /** No token would be issued; a case failed. */
  failed: 1,
  /** The command was called wrongly, or the hook cannot be built. */
  usage: 2,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * Reads a command's arguments.
 *
 * @throws {UsageError} One that names the option.
 */
export function readArgs<T extends NonNullable<ParseArgsConfig['options']>>(args: string[], options: T) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    const [reason = ''] = messageOf(error).split('. To specify');
    throw new UsageError(`${reason.replace(/\.$/, '')}. ${seeHelp()}`);
  }
}

/** The one argument that is not an option. */
export function onlyArgument(given: string[], name: string, command: string): string {
  const [value, extra] = given;
  if (value === undefined) throw new UsageError(`${command} needs ${name}. ${seeHelp()}`);
  if (extra !== undefined) throw new UsageError(`${command} takes one ${name}, not also "${extra}".`);
  return value;
}

/** A path as the caller means it; the CLI itself runs in its own folder. */
export function fromCaller(path: string): string {
  return resolve(callersFolder(), path);
}

/** The same the other way round, for messages. */
export function asCaller(path: string): string {
  const name = relative(callersFolder(), path);
  return name === '' || name.startsWith('..') ? path : name;
}

const callersFolder = (): string => process.env.INIT_CWD ?? process.cwd();
