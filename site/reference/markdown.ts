/** A table; what is in a cell may have any text. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

const cell = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim();

export const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

export const MADE = (of: string): string => `_Made of ${of} when this site is built._`;

/** What a page of many small parts begins with: the list beside it has the large ones alone. */
export const FRONT = '---\noutline: 2\n---\n\n';
