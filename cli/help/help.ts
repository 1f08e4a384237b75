import { COMMANDS_HELP } from './commands.ts';
import { CONNECTION_HELP } from './connection.ts';
import { HOOK_COMMANDS_HELP } from './hook-commands.ts';

const ALL = [...HOOK_COMMANDS_HELP, ...COMMANDS_HELP];

/** Where what a command does begins in a list of commands. */
const LIST_WIDTH = 25;

const CONNECTION = `Commands that speak to a running hookmint are told by the environment:

${CONNECTION_HELP}`;

/** What speaks to no server, or says itself how it finds one. */
const OF_THIS_MACHINE = /^(?:hook (?:new|run|test))$/;

/** Where the command is explained that this process was called with, as the end of a message. */
export function seeHelp(words: readonly string[] = process.argv.slice(2)): string {
  const name = commandIn(words)?.[0] ?? (words[0] === 'hook' ? 'hook' : '');
  return `See hookmint ${name === '' ? '' : `${name} `}--help.`;
}

function commandIn(words: readonly string[]): (typeof ALL)[number] | undefined {
  const [first = '', second = ''] = words.filter((word) => !word.startsWith('-'));
  return ALL.find(([name]) => name === `${first} ${second}` || name === first);
}

/**
 * Lines of help: of the command that the words begin with, of all commands of `hook`, or of all there are.
 *
 * @param words Of the command line, with options and whatever else is on it.
 */
export function helpOn(words: readonly string[]): string[] {
  const found = commandIn(words);
  if (found !== undefined) {
    const [name, , text] = found;
    return linesOf(OF_THIS_MACHINE.test(name) ? text : `${text}\n\n${CONNECTION}`);
  }
  if (words[0] === 'hook') return linesOf(`hookmint hook COMMAND\n\n${list(HOOK_COMMANDS_HELP)}\n\n${MORE}`);
  return linesOf(OVERVIEW);
}

const list = (commands: Readonly<typeof ALL>): string =>
  commands.map(([name, line]) => `  hookmint ${name.padEnd(LIST_WIDTH - 'hookmint '.length)}${line}`).join('\n');

const MORE = '"hookmint COMMAND --help" explains a command, such as hookmint hook run --help.';

const OVERVIEW = `hookmint: Client Credentials Exchange hooks and Actions, and tokens that they shape.

${list([['start', 'runs hookmint on this machine', ''], ...ALL, ['--version', 'the version of hookmint', '']])}

${MORE}
The guide for hook authors is docs/hooks.md.

${CONNECTION}`;

const linesOf = (text: string): string[] => text.trimEnd().split('\n');
