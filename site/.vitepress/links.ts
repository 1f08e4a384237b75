import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addressOf } from '../contents.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

type Token = {
  type: string;
  tag: string;
  content: string;
  children: Token[] | null;
  attrGet: (name: string) => string | null;
  attrSet: (name: string, value: string) => void;
  attrs: [string, string][] | null;
};
type State = { tokens: Token[]; env: { relativePath?: string } };

/** Of markdown-it, what is used of it. */
export type Markdown = {
  core: { ruler: { push: (name: string, rule: (state: State) => void) => void } };
  renderer: { render: (...given: unknown[]) => string };
};

/** The anchor of a heading, as readers of the repository know it too. */
export const slugOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');

/**
 * Links of the sources lead to other files of the repository. Those to pages lead to pages here; of the others, which the site does not have, the
 * text stays, with the file's name.
 *
 * @param sources Of each page's file, its source.
 */
export function linksOfTheSite(markdown: Markdown, sources: Readonly<Record<string, string>>): void {
  const pages = new Map(Object.values(sources).map((source) => [source, `/${addressOf(source)}`]));
  markdown.core.ruler.push('links of the site', ({ tokens, env }) => {
    const source = sources[env.relativePath ?? ''];
    if (source === undefined) return;
    for (const { children } of tokens) {
      for (const [n, token] of (children ?? []).entries()) {
        if (token.type === 'image') token.attrSet('src', `/${posix.basename(token.attrGet('src') ?? '')}`);
        if (token.type === 'link_open')
          lead(
            token,
            children?.slice(n).find(({ type }) => type === 'link_close'),
            source,
          );
      }
    }
  });

  function lead(open: Token, close: Token | undefined, source: string): void {
    const href = open.attrGet('href') ?? '';
    if (/^(?:[a-z]+:|#)/.test(href)) return;
    const [path = '', anchor] = href.split('#');
    const file = posix.join(posix.dirname(source), decodeURI(path));
    const page = pages.get(file);
    if (page !== undefined) {
      open.attrSet('href', `${page}${anchor === undefined ? '' : `#${anchor}`}`);
      return;
    }
    if (!existsSync(ROOT + file)) throw new Error(`${source} links to ${file}, which is not there`);
    for (const token of [open, close]) {
      if (token === undefined) continue;
      token.type = token === open ? 'in_repository_open' : 'in_repository_close';
      token.tag = 'span';
    }
    open.attrs = [
      ['class', 'in-repository'],
      ['title', `${file} of the repository`],
    ];
  }

  // Text of a page is a template of Vue's otherwise.
  const { renderer } = markdown;
  const render = renderer.render.bind(renderer);
  renderer.render = (...given) => render(...given).replaceAll('{{', '&#123;&#123;');
}
