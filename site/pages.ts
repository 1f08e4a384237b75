import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addressOf, CONTENTS, SOURCES } from './contents.ts';
import { apiPages } from './reference/api.ts';
import { commandsPage } from './reference/commands.ts';
import { configurationPage } from './reference/configuration.ts';
import { errorsPage } from './reference/errors.ts';
import { metricsPage } from './reference/metrics.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
export const PAGES = fileURLToPath(new URL('pages/', import.meta.url));
const HOME = fileURLToPath(new URL('home.md', import.meta.url));

/** What the site's generator reads beside the pages: its list of them, and of which source each is. */
export type Plan = {
  sidebar: {
    text: string;
    collapsed: boolean;
    items: { text: string; link: string; collapsed?: boolean; items?: object[] }[];
  }[];
  sources: Record<string, string>;
};

/** Text of every reference page, by its source in {@link CONTENTS} or below one of these. */
export function referencePages(): Map<string, string> {
  return new Map([
    ...[...apiPages()].map(([source, { text }]) => [source, text] as const),
    ['reference/configuration.md', configurationPage()],
    ['reference/commands.md', commandsPage()],
    ['reference/errors.md', errorsPage()],
    ['reference/metrics.md', metricsPage()],
  ]);
}

/**
 * Lays out in `pages/` what the generator makes the site of: the sources, and the reference as the code has it.
 *
 * @throws {Error} for a page of docs/ that the list of contents lacks, or one that is not there.
 */
export function layOutPages(): void {
  const made = referencePages();
  const files = globSync('docs/*.md', { cwd: ROOT });
  const unlisted = files.filter((file) => !SOURCES.includes(file));
  if (unlisted.length > 0) throw new Error(`site/contents.ts lacks ${unlisted.join(', ')}`);
  const lost = SOURCES.filter((source) => !made.has(source) && !existsSync(join(ROOT, source)));
  if (lost.length > 0) throw new Error(`site/contents.ts has ${lost.join(', ')}, which is not there`);
  rmSync(PAGES, { recursive: true, force: true });
  mkdirSync(PAGES, { recursive: true });
  const sources = [...new Set([...SOURCES, ...made.keys()])];
  for (const source of sources) {
    const file = join(PAGES, `${addressOf(source)}.md`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, made.get(source) ?? readFileSync(join(ROOT, source), 'utf8'));
  }
  cpSync(HOME, join(PAGES, 'index.md'));
  cpSync(join(ROOT, 'docs/console.png'), join(PAGES, 'public/console.png'));
  const plan: Plan = {
    sidebar: CONTENTS.map(({ title, entries }) => ({
      text: title,
      collapsed: false,
      items: entries.map(([source, text]) => ({ text, link: `/${addressOf(source)}`, ...below(source) })),
    })),
    sources: Object.fromEntries(sources.map((source) => [`${addressOf(source)}.md`, source])),
  };
  writeFileSync(join(PAGES, 'plan.json'), JSON.stringify(plan));
}

function below(source: string): { collapsed?: boolean; items?: object[] } {
  if (source !== 'reference/api.md') return {};
  const items = [...apiPages()]
    .filter(([page]) => page !== source)
    .map(([page, { title }]) => ({ text: title, link: `/${addressOf(page)}` }));
  return { collapsed: true, items };
}
