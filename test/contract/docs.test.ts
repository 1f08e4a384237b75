import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildSite } from '../../site/build.ts';
import { deadLinks } from '../../site/dead-links.ts';
import { referencePages } from '../../site/pages.ts';
import { commandsOf, type DocsCommand } from '../support/docs-commands.ts';
import { isExcused, NOT_TYPED, PAGES_TYPED, TYPED_BY } from '../support/docs-commands-typed.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const pages = ['README.md', 'SECURITY.md', ...globSync('docs/*.md', { cwd: ROOT })].sort();
const commands = pages.flatMap((page) => commandsOf(page, textOf(page)));

/** Words and options that a test must have to have typed a command of the CLI: `hook run`, `--secrets`. */
function partsOf(command: string): { words: string[]; options: string[] } {
  const [words = ''] = /(?<=^|\s)npx hookmint (?:hook \w+|trust add|\w+)/.exec(command) ?? [];
  return { words: words.split(' ').slice(2), options: command.match(/(?<=\s)--[a-z][a-z-]*/g) ?? [] };
}

/** Whether a test calls the CLI so: by an array of arguments, or by a line. */
function types(test: string, { words, options }: ReturnType<typeof partsOf>): boolean {
  const text = textOf(test);
  const called = words.every((word) => text.includes(`'${word}'`)) || text.includes(`'${words.join(' ')} `);
  return called && options.every((option) => text.includes(`${option}'`) || text.includes(`${option} `));
}

/** Whether a page has it with what it prints, with these options and maybe others. */
function isTypedElsewhere(command: string): boolean {
  const { words, options } = partsOf(command);
  return commands
    .filter(({ isTyped }) => isTyped)
    .map((one) => partsOf(one.command))
    .some((typed) => typed.words.join() === words.join() && options.every((option) => typed.options.includes(option)));
}

const isOfCli = ({ command }: DocsCommand): boolean => command.includes('npx hookmint ');

describe('the commands of the docs', () => {
  it('are found', () => {
    assert(commands.length > 130);
    assert.deepEqual(
      commandsOf(
        'page',
        '1. Do\n\n   ```sh\n   a b # why\n   c \\\n     d\n   ```\n\n```js\nnpm x\n```\n\n```console\n$ e\nf\n```\n',
      ),
      [
        { page: 'page', isTyped: false, command: 'a b' },
        { page: 'page', isTyped: false, command: 'c \\\n  d' },
        { page: 'page', isTyped: true, command: 'e' },
      ],
    );
  });

  it('with what they print are typed by a test of their page', () => {
    for (const page of new Set(commands.filter(({ isTyped }) => isTyped).map(({ page }) => page))) {
      const test = PAGES_TYPED[page];
      assert(test !== undefined, `no test types ${page}: test/support/docs-commands-typed.ts`);
      assert.match(
        textOf(test),
        new RegExp(
          `\\bstepsOf\\([^]*${RegExp.escape(page.slice('docs/'.length))}|${RegExp.escape(page.slice('docs/'.length))}[^]*\\bstepsOf\\(`,
        ),
      );
    }
  });

  it('of the command line are typed by a test that is named for them, with each of their options', () => {
    const untyped = commands
      .filter((one) => !one.isTyped && isOfCli(one) && !isExcused(one))
      .filter(({ page, command }) => !(TYPED_BY[page] ?? []).some((test) => types(test, partsOf(command))))
      .filter(({ command }) => !isTypedElsewhere(command));
    assert.deepEqual(
      untyped.map(({ page, command }) => `${page}: ${command}`),
      [],
    );
  });

  it('of other programs are typed by a test, or it is said why none does', () => {
    const typed = (page: string, command: string): boolean =>
      (TYPED_BY[page] ?? []).some((test) => textOf(test).includes(command)) || isCurlTyped(page, command);
    const untyped = commands
      .filter((one) => !one.isTyped && !isOfCli(one) && !isExcused(one))
      .filter(({ page, command }) => !typed(page, command));
    assert.deepEqual(
      untyped.map(({ page, command }) => `${page}: ${command}`),
      [],
    );
  });

  it('and nothing is excused that no page has', () => {
    const unused = Object.entries(NOT_TYPED).flatMap(([page, excuses]) =>
      excuses
        .filter(([beginning]) => !commands.some((one) => one.page === page && one.command.startsWith(beginning)))
        .map(([beginning]) => `${page}: ${beginning}`),
    );
    assert.deepEqual(unused, []);
  });
});

/** test/e2e/worked-answers.test.ts types each `curl` of these pages that is not excused. */
function isCurlTyped(page: string, command: string): boolean {
  return command.startsWith('curl ') && (TYPED_BY[page] ?? []).includes('test/e2e/worked-answers.test.ts');
}

describe('docs/ as a site', () => {
  it('has a reference that is made of the code', () => {
    const made = referencePages();
    const has = (page: string, ...texts: string[]): void => {
      const text = made.get(`reference/${page}.md`) ?? '';
      for (const part of texts) assert(text.includes(part), `${page}: ${part}`);
    };
    has(
      'configuration',
      '### HOOKMINT_MAX_REQUESTS_IN_FLIGHT\n\ndefault 2,048 · 1–65,536\n\nToken requests a gateway takes',
    );
    has('configuration', '### HOOKMINT_ISSUER\n\n**required** · URL\n\nThe `iss`', '`require` or `auto` or `off`');
    has('commands', '## hookmint hook run\n\n```text\nhookmint hook run FILE', '## hookmint start');
    has(
      'errors',
      '| `last_administrator` |',
      '| `module_native` | The module needs compiled code.',
      'Service not found: …',
    );
    has(
      'metrics',
      '| `hookmint.token.requests` | counter | `{request}` | Token requests by outcome; by `hookmint.outcome`',
    );
    has('api', '[Create a client](api/clients.md#create-a-client)');
    has('api/clients', '## Create a client\n\n```http\nPOST /api/v2/clients\n```', '`client_secret`');
  });

  it('is built, every page of docs/ in it, and no link leads nowhere', { timeout: 240_000 }, async () => {
    await buildSite();
    const folder = join(ROOT, 'site/dist');
    assert.deepEqual(deadLinks(folder), []);
    const html = readFileSync(join(folder, 'hooks.html'), 'utf8');
    assert.match(html, /<h1 id="the-hook-author-s-guide|<h1 id="the-hook-authors-guide/);
    // Nothing is fetched from elsewhere.
    assert.doesNotMatch(html, /<(?:script|link|img)\b[^>]*(?:src|href)="https?:/);
  });
});
