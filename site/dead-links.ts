import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An address within the site; what is not looked for here is of elsewhere. */
const LINK = /<(?:a|img|link|script)\b[^>]*?\b(?:href|src)="(?!data:|[a-z]+:|\/\/)([^"]+)"/g;

/**
 * Links of the built pages that lead to no file or to no anchor, each with its page.
 *
 * @param folder Of the built site, which is served at `/`.
 */
export function deadLinks(folder: string): string[] {
  const pages = new Map(
    globSync('**/*.html', { cwd: folder }).map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );
  const anchors = new Map(
    [...pages].map(([file, html]) => [file, new Set([...html.matchAll(/\bid="([^"]+)"/g)].map(([, id = '']) => id))]),
  );
  return [...pages].flatMap(([page, html]) =>
    [...new Set([...html.matchAll(LINK)].map(([, link = '']) => link))]
      .filter((link) => !isAlive(link, page))
      .map((link) => `${page}: ${link}`),
  );

  function isAlive(link: string, page: string): boolean {
    const [path = '', anchor] = decodeURI(link.replaceAll('&amp;', '&')).split('#');
    const file = path === '' ? page : fileOf(path, page);
    if (anchor !== undefined && anchor !== '') return anchors.get(file)?.has(anchor) === true;
    return pages.has(file) || existsSync(join(folder, file));
  }
}

function fileOf(path: string, page: string): string {
  const { pathname } = new URL(path, `http://site/${page}`);
  return pathname.endsWith('/') ? `${pathname.slice(1)}index.html` : pathname.slice(1);
}
