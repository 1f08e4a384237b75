import { relative, resolve } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { messageOf } from '../shared/errors.ts';
import { UsageError } from '../shared/usage-error.ts';

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

export const HELP = `hookmint: Client Credentials Exchange hooks and Actions, on your machine.

  hookmint hook new [FILE] [--action]   writes a hook to begin with (default hook.js), or an Action (default action.js)

  hookmint hook run FILE [OPTION ...]   runs a hook once, with the limits of the service, and shows what the token would hold
    --event FILE          a JSON object with any of client, scope, audience, body, request; what it leaves out is a sample's
    --secrets FILE        the hook's secrets, a JSON object of names and values
    --allow-address CIDR  lets the hook reach an address that is not public; may be given more than once
    --custom-claims WHICH "namespaced" (default) or "relaxed", as the tenant has it; Actions are always relaxed
    --json                the same as one JSON object
                          exit code 0: a token; 1: none; 2: the hook does not build, or the command is wrong

  hookmint hook test DIR                runs every *.case.json in a folder and below, and compares with what each expects
                          exit code 0: all passed; 1: some failed; 2: the command or a case file is wrong

  Modules that a hook requires are those in the "dependencies" of a package.json beside it.
  The guide for hook authors is docs/hooks.md.
`;

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
    throw new UsageError(`${reason.replace(/\.$/, '')}. See hookmint --help.`);
  }
}

/** The one argument that is no option. */
export function onlyArgument(given: string[], name: string, command: string): string {
  const [value, extra] = given;
  if (value === undefined) throw new UsageError(`${command} needs ${name}. See hookmint --help.`);
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
