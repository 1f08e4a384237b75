import { messageOf } from '../shared/errors.ts';
import { KNOWN_VARIABLES } from '../deploy/local/known-variables.ts';
import { HookBuildError } from '../hook-build/errors.ts';
import { complain, note, print } from '../shared/terminal.ts';
import { unknownVariables } from '../shared/unknown-variables.ts';
import { UsageError } from '../shared/usage-error.ts';
import { VERSION } from '../shared/version.ts';
import { ApiCallError } from './api-client.ts';
import { EXIT, type ExitCode } from './command.ts';
import { helpOn, seeHelp } from './help/help.ts';

type Command = (args: string[]) => ExitCode | Promise<ExitCode>;
/** Of many commands one is run: the others are not read. */
type Load = () => Command | Promise<Command>;

const HOOK_COMMANDS: ReadonlyMap<string, Load> = new Map<string, Load>([
  ['new', async () => (await import('./hook/new.ts')).hookNew],
  ['run', async () => (await import('./hook/run.ts')).hookRun],
  ['test', async () => (await import('./hook/test.ts')).hookTest],
  ['deploy', async () => (await import('./hook/deploy.ts')).hookDeploy],
  ['enable', async () => (await import('./hook/enable.ts')).hookEnable],
  ['disable', async () => (await import('./hook/enable.ts')).hookDisable],
  ['try', async () => (await import('./hook/try.ts')).hookTry],
  ['rehearse', async () => (await import('./hook/rehearse.ts')).hookRehearse],
  ['shadow', async () => (await import('./hook/shadow.ts')).hookShadow],
  ['rollback', async () => (await import('./hook/rollback.ts')).hookRollback],
  ['gradual', async () => (await import('./hook/gradual.ts')).hookGradual],
  ['promote', async () => (await import('./hook/gradual.ts')).hookPromote],
  ['return', async () => (await import('./hook/gradual.ts')).hookReturn],
  ['list', async () => (await import('./hook/list.ts')).hookList],
  ['diff', async () => (await import('./hook/diff.ts')).hookDiff],
  ['logs', async () => (await import('./hook/logs.ts')).hookLogs],
]);

const COMMANDS: ReadonlyMap<string, Load> = new Map<string, Load>([
  ['hook', () => hook],
  ['import', async () => (await import('./import.ts')).importTenant],
  ['export', async () => (await import('./export.ts')).exportTenant],
  ['apply', async () => (await import('./apply.ts')).applyTenant],
  ['diff', async () => (await import('./apply.ts')).diffTenant],
  ['promote', async () => (await import('./promote/promote.ts')).promote],
  ['console', async () => (await import('./console.ts')).openConsole],
  ['token', async () => (await import('./token/token.ts')).token],
  ['tokens', async () => (await import('./tokens.ts')).tokens],
  ['recording', async () => (await import('./recording.ts')).recording],
  ['trust', async () => (await import('./trust.ts')).trust],
  ['tenant', async () => (await import('./tenant.ts')).tenant],
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
  const load = COMMANDS.get(subject);
  if (load === undefined) throw new UsageError(`There is no command "${subject}". ${seeHelp()}`);
  return (await load())(args);
}

/** `hookmint hook COMMAND ...` */
async function hook([command, ...args]: string[]): Promise<ExitCode> {
  const load = HOOK_COMMANDS.get(command ?? '');
  if (load === undefined) {
    throw new UsageError(
      command === undefined
        ? `hookmint hook needs a command: new, run, test, deploy, try, enable, disable, rehearse, shadow, gradual, promote, return, rollback, list, diff or logs. ${seeHelp()}`
        : `There is no command "hook ${command}". ${seeHelp()}`,
    );
  }
  return (await load())(args);
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
