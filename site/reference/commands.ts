import { HELP as START_HELP } from '../../deploy/local/options.ts';
import { COMMANDS_HELP } from '../../cli/help/commands.ts';
import { HOOK_COMMANDS_HELP } from '../../cli/help/hook-commands.ts';
import { CONNECTION_HELP } from '../../cli/help/connection.ts';
import { code, MADE, table } from './markdown.ts';

const block = (text: string): string => `\`\`\`text\n${text.trim()}\n\`\`\``;
const START = 'runs hookmint on this machine';

export function commandsPage(): string {
  const commands = [['start', START, START_HELP] as const, ...HOOK_COMMANDS_HELP, ...COMMANDS_HELP];
  const list = commands.map(([name, line]) => [`[${code(`hookmint ${name}`)}](#${anchor(name)})`, line]);
  const sections = commands.map(([name, , text]) => `## hookmint ${name}\n\n${block(text)}`);
  return `# Commands

${MADE('what each command says with --help')}

\`npx hookmint\` is the command line, in the npm package and in a clone. In a clone \`npm start -- …\` is \`npx hookmint start …\`.

${table(['command', 'what it does'], list)}

## Which hookmint

${block(CONNECTION_HELP)}

${sections.join('\n\n')}
`;
}

const anchor = (name: string): string => `hookmint ${name}`.replaceAll(' ', '-');
