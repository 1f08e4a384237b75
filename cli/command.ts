import { relative, resolve } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { messageOf } from '../shared/errors.ts';
import { UsageError } from '../shared/usage-error.ts';
import { CONNECTION_HELP } from './api-client.ts';

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

  hookmint start [OPTION ...]           runs hookmint on this machine; hookmint start --help explains

  hookmint hook new [FILE] [--action]   writes a template of a hook (default hook.js), or of an Action (default action.js)

  hookmint hook run FILE [OPTION ...]   runs a hook once, with the limits of the service, and shows the token's scopes and claims
    --event FILE          a JSON object with any of client, scope, audience, body, request; a sample has the rest
    --secrets FILE        the hook's secrets, a JSON object of names and values
    --allow-address CIDR  lets the hook reach an address that is not public; can be repeated
    --custom-claims WHICH "namespaced" (default) or "relaxed", as the tenant has it; Actions are always relaxed
    --json                the same as one JSON object
                          exit code 0: a token; 1: no token; 2: the hook cannot be built, or the command is wrong

  hookmint hook test DIR                runs every *.case.json in a folder and below, and compares with what each expects
                          exit code 0: all passed; 1: some failed; 2: the command or a case file is wrong

  hookmint hook deploy FILE [OPTION ...]  makes the file the hook that a running hookmint runs; its name is the file's
    --name NAME           another name
    --draft               a revision that is not deployed; of a new hook the first one, which is not enabled
    --enable, --no-enable enables it in the place of the enabled hook, or disables it; without: as it was, a new one is not enabled
    --secrets FILE        all of the hook's secrets, a JSON object; without: as they were
    --limits JSON         limits other than the defaults, such as {"cpu_ms": 500}, or a file of them
    --allow-address CIDR  --allow-host HOST  where it may send requests; each may be given more than once
    --on-failure WHAT     "deny" (default) or "issue_unmodified"
    --isolation WHAT      "shared" (default) or "process": no other hook runs in its processes
  hookmint hook try NAME[@N] [OPTION ...]  runs the draft, or revision N, once where hooks run, and shows what "hook run" shows
    --event FILE          as of "hook run"
    --log ID              the token request of that log (/api/v2/logs), with the client and grant as they are now
    --json                the same as one JSON object
                          exit code 0: a token; 1: no token; 2: the command is wrong
  hookmint hook enable NAME[@N]         has it shape tokens, with revision N if given, in the place of the enabled hook
  hookmint hook disable NAME            tokens are issued without it
  hookmint hook rollback NAME [--to N]  deploys the revision before, or revision N of the history
  hookmint hook list [--json]           hooks and their revisions
  hookmint hook diff NAME [A] [B]       two revisions; without numbers: the deployed one and the draft, or the one before
                          exit code 0: they are the same; 1: they differ
  hookmint hook logs NAME [--json]      what the hook prints, as it runs, until Ctrl-C

  hookmint import DIR [OPTION ...]      moves an export of auth0-deploy-cli (a folder, or the YAML file) into hookmint: shows what it
                                        would do, does it, and tries each hook once with a sample event
    --secrets FILE        values that exports never hold, JSON or YAML: {"hooks": {NAME: {SECRET: VALUE}}, "actions": {...},
                          "clients": {NAME: CLIENT_SECRET}}; or a variable for each, which the plan names
    --dry-run             shows the plan and changes nothing
    --yes                 does not ask
    --accept-losses       goes on without the settings that hookmint does not have (LOSS in the plan)
    --json                the plan and what came of it as one JSON object
                          exit code 0: done; 1: some of it was refused or would be lost; 2: the files or the command are wrong
  hookmint export DIR [--identifiers]   writes hookmint's configuration in the same layout, without secrets
  hookmint diff DIR [OPTION ...]        shows what apply would do, with the same options
                          exit code 0: nothing; 1: something; 2: the files or the command are wrong
  hookmint apply DIR [OPTION ...]       makes hookmint as the files say, for pipelines: it asks nothing
    --secrets FILE        as import takes it; secrets that are given here always count as a change
    --prune               removes what the files do not have, of the kinds that they have
    --accept-losses       as import takes it
    --json                the plan and what came of it as one JSON object
                          exit code 0: hookmint is as the files say; 1: some of it was refused or would be lost; 2: as of diff

  hookmint --version                    the version of hookmint

  hookmint console [OPTION ...]         prints a link that signs in to the console, once, within 15 minutes
    --role ROLE           "admin" (default), "operator", "author" or "viewer"
    --data DIR            of the hookmint that runs on this machine (default .hookmint/), where HOOKMINT_URL is not set

  hookmint trust add PLATFORM WHO --client ID [OPTION ...]  has tokens of a platform authenticate a client, which needs no secret then
    github OWNER/REPO     --ref REF (default refs/heads/main) or --environment NAME
    gitlab GROUP/PROJECT  --ref BRANCH (default main)
    kubernetes NAMESPACE/SERVICEACCOUNT --issuer URL
    spiffe ID --issuer URL --jwks-uri URL
    --audience AUDIENCE   the aud of the tokens; default: the URL of hookmint
    --issuer URL, --jwks-uri URL  of an installation of your own

  hookmint tokens [OPTION ...]          who asked for which token, and what became of it
    --live                as it happens, until Ctrl-C
    --search SEARCH       as of the API's logs: client_id:…, audience:"…", hook_id:…, error_code:…, correlation_id:…, jti:…, trace_id:…
    --count N             the last N (default 20, at most 100)
    --json                the logs as the API has them; with --live one a line

  Modules that a hook requires are those in the "dependencies" of a package.json beside it.
  The guide for hook authors is docs/hooks.md.

  Commands that speak to a running hookmint are told by the environment:

${CONNECTION_HELP}`;

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

/** The one argument that is not an option. */
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
