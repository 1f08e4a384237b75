import './quiet.ts';
import { messageOf } from '../shared/errors.ts';
import { KNOWN_VARIABLES } from '../deploy/local/known-variables.ts';
import { HookBuildError } from '../hook-build/errors.ts';
import { complain, note, print } from '../shared/terminal.ts';
import { unknownVariables } from '../shared/unknown-variables.ts';
import { UsageError } from '../shared/usage-error.ts';
import { VERSION } from '../shared/version.ts';
import { ApiCallError } from './api-client.ts';
import { applyTenant, diffTenant } from './apply.ts';
import { EXIT, type ExitCode } from './command.ts';
import { openConsole } from './console.ts';
import { exportTenant } from './export.ts';
import { helpOn, seeHelp } from './help/help.ts';
import { hookDeploy } from './hook/deploy.ts';
import { hookDiff } from './hook/diff.ts';
import { hookDisable, hookEnable } from './hook/enable.ts';
import { hookList } from './hook/list.ts';
import { hookLogs } from './hook/logs.ts';
import { hookNew } from './hook/new.ts';
import { hookRollback } from './hook/rollback.ts';
import { hookRun } from './hook/run.ts';
import { hookTest } from './hook/test.ts';
import { hookTry } from './hook/try.ts';
import { importTenant } from './import.ts';
import { token } from './token/token.ts';
import { tokens } from './tokens.ts';
import { trust } from './trust.ts';

type Command = (args: string[]) => ExitCode | Promise<ExitCode>;

const HOOK_COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['new', hookNew],
  ['run', hookRun],
  ['test', hookTest],
  ['deploy', hookDeploy],
  ['enable', hookEnable],
  ['disable', hookDisable],
  ['try', hookTry],
  ['rollback', hookRollback],
  ['list', hookList],
  ['diff', hookDiff],
  ['logs', hookLogs],
]);

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['hook', hook],
  ['import', importTenant],
  ['export', exportTenant],
  ['apply', applyTenant],
  ['diff', diffTenant],
  ['console', openConsole],
  ['token', token],
  ['tokens', tokens],
  ['trust', trust],
]);

async function main([subject, ...args]: string[]): Promise<ExitCode> {
  if (subject === undefined || [subject, ...args].includes('--help')) {
    print(...helpOn(subject === undefined ? [] : [subject, ...args]));
    return subject === undefined ? EXIT.usage : EXIT.ok;
  }
  if (subject === '--version') {
    print(`hookmint ${VERSION}`);
    return EXIT.ok;
  }
  for (const { name, nearest } of unknownVariables(KNOWN_VARIABLES)) {
    // Variables of services may be set too; a misspelt one belongs to no service.
    if (nearest !== undefined) note(`hookmint: ${name} has no effect here; did you mean ${nearest}?`);
  }
  const run = COMMANDS.get(subject);
  if (run === undefined) throw new UsageError(`There is no command "${subject}". ${seeHelp()}`);
  return run(args);
}

/** `hookmint hook COMMAND ...` */
function hook([command, ...args]: string[]): ExitCode | Promise<ExitCode> {
  const run = HOOK_COMMANDS.get(command ?? '');
  if (run === undefined) {
    throw new UsageError(
      command === undefined
        ? `hookmint hook needs a command: new, run, test, deploy, try, enable, disable, rollback, list, diff or logs. ${seeHelp()}`
        : `There is no command "hook ${command}". ${seeHelp()}`,
    );
  }
  return run(args);
}

function wordsOf(error: unknown): string {
  if (error instanceof HookBuildError) return `${error.message} (${error.code})`;
  if (error instanceof UsageError || error instanceof ApiCallError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    complain(wordsOf(error));
    process.exitCode = EXIT.usage;
  },
);
