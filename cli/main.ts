import './quiet.ts';
import { messageOf } from '../shared/errors.ts';
import { HookBuildError } from '../shared/hook-build/errors.ts';
import { UsageError } from '../shared/usage-error.ts';
import { EXIT, HELP, type ExitCode } from './command.ts';
import { hookNew } from './hook/new.ts';
import { hookRun } from './hook/run.ts';
import { hookTest } from './hook/test.ts';

type Command = (args: string[]) => ExitCode | Promise<ExitCode>;

const HOOK_COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['new', hookNew],
  ['run', hookRun],
  ['test', hookTest],
]);

/** `hookmint hook COMMAND ...` */
async function main([subject, command, ...args]: string[]): Promise<ExitCode> {
  if (subject === undefined || [subject, command, ...args].includes('--help')) {
    process.stdout.write(HELP);
    return subject === undefined ? EXIT.usage : EXIT.ok;
  }
  if (subject !== 'hook') throw new UsageError(`There is no command "${subject}". See hookmint --help.`);
  const run = HOOK_COMMANDS.get(command ?? '');
  if (run === undefined) {
    throw new UsageError(
      command === undefined
        ? 'hookmint hook needs a command: new, run or test. See hookmint --help.'
        : `There is no command "hook ${command}". See hookmint --help.`,
    );
  }
  return run(args);
}

function wordsOf(error: unknown): string {
  if (error instanceof HookBuildError) return `${error.message} (${error.code})`;
  if (error instanceof UsageError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`hookmint: ${wordsOf(error)}\n`);
    process.exitCode = EXIT.usage;
  },
);
