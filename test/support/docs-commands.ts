/** A command that a page has, as one types it; one of a block of `console` is typed with what it prints. */
export type DocsCommand = { page: string; isTyped: boolean; command: string };

/** Blocks that do not say what they are have commands too; these words begin them. */
const PROGRAM = /^(?:npm|npx|node|curl|docker|kubectl|helm|podman|nats|mongodump|mongorestore) /;

/** Every command of a page, without its comment, in its order. */
export function commandsOf(page: string, text: string): DocsCommand[] {
  return blocksOf(text).flatMap(({ language, lines }): DocsCommand[] => {
    if (language === 'console') {
      const typed = lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2));
      return typed.map((command) => ({ page, isTyped: true, command }));
    }
    if (language !== 'sh' && language !== '') return [];
    return wholeCommands(lines)
      .filter((command) => (language === 'sh' ? command !== '' : PROGRAM.test(command)))
      .map((command) => ({ page, isTyped: false, command }));
  });
}

function blocksOf(text: string): { language: string; lines: string[] }[] {
  const blocks: { language: string; lines: string[] }[] = [];
  let indent: number | undefined;
  for (const line of text.split('\n')) {
    const fence = /^( *)```(\S*)/.exec(line);
    if (fence !== null) {
      if (indent === undefined) blocks.push({ language: fence[2] ?? '', lines: [] });
      indent = indent === undefined ? (fence[1] ?? '').length : undefined;
    } else if (indent !== undefined) blocks.at(-1)?.lines.push(line.slice(indent));
  }
  return blocks;
}

/** Lines, of which one that ends in a backslash or within quotes goes on with the next. */
function wholeCommands(lines: readonly string[]): string[] {
  const commands: string[] = [];
  let open = '';
  for (const line of lines) {
    open += (open === '' ? '' : '\n') + line.replace(/(?:^|\s+)# .*$/, '');
    if ((open.match(/'/g) ?? []).length % 2 === 1 || open.endsWith('\\')) continue;
    commands.push(open.trim());
    open = '';
  }
  return commands;
}
