import { ANYTHING, PATHS, NO_PATHS, URLS, each, pairs } from './node-values.ts';

export const paths = ['path', 'path.win32'].flatMap((module) => [
  ...pairs(
    ['basename', 'dirname', 'extname', 'normalize', 'isAbsolute', 'parse'],
    [...PATHS, ...NO_PATHS],
    (name, text) => `${module}.${name}(${text})`,
  ),
  ...pairs(PATHS, PATHS, (a, b) => `${module}.join(${a}, ${b})`),
  ...pairs(
    PATHS.slice(0, 10),
    PATHS.slice(0, 10),
    (a, b) => `${module}.resolve('/r/s', ${a}, ${b}).replace(/^[A-Z]:/, '')`,
  ),
  ...pairs(PATHS.slice(3, 9), PATHS.slice(3, 9), (a, b) => `${module}.relative('/x/' + ${a}, '/x/' + ${b})`),
  ...each(
    [`{ dir: '/a', base: 'b' }`, `{ root: '/', name: 'n', ext: 'x' }`, `{}`, `null`, `5`, `{ dir: 'd', name: 'n' }`],
    (value) => `${module}.format(${value})`,
  ),
  `${module}.sep + ${module}.delimiter`,
]);
export const windowsPaths = pairs(
  ['basename', 'dirname', 'extname', 'normalize', 'isAbsolute', 'parse'],
  [`'C:\\\\a\\\\b.c'`, `'C:a'`, `'C:'`, `'C:\\\\'`, `'\\\\\\\\server\\\\share\\\\a'`, `'C:/a/../b/'`, `'\\\\a'`],
  (name, text) => `path.win32.${name}(${text})`,
);

export const urls = [
  ...pairs(URLS, [`false`, `true`], (text, query) => `url.parse(${text}, ${query})`),
  ...pairs(URLS, URLS, (from, to) => `url.resolve(${from}, ${to})`),
  ...each(URLS, (text) => `url.format(${text})`),
  ...each(URLS, (text) => `new URL(${text}).href`),
  ...each(ANYTHING, (value) => `url.parse(${value})`),
  ...each(ANYTHING, (value) => `url.format(${value})`),
  ...each(
    [
      `{ hostname: '::1' }`,
      `{ hostname: '[::1]' }`,
      `{ protocol: 'http', host: 'a', pathname: 'b?c#d', search: 'e' }`,
      `{ query: { a: [1, 2] } }`,
      `{ auth: 'u:p@', host: 'h', slashes: true }`,
    ],
    (value) => `url.format(${value})`,
  ),
  ...each(
    [`{ fragment: false }`, `{ auth: false }`, `{ search: false }`, `{ unicode: true }`, `5`],
    (options) => `url.format(new URL('http://u:p@xn--tda.example/a?b#c'), ${options})`,
  ),
  ...each(
    [`'/a b#?%'`, `'a'`, `'/a/'`, `'/\\\\x'`, `'/ü'`, `5`],
    (text) => `url.pathToFileURL(${text}).pathname.split('/').at(-1)`,
  ),
  ...each(
    [`'file:///a%20b'`, `'file://host/a'`, `'file:///a%2fb'`, `'http://a/'`, `'nope'`, `5`, `new URL('file:///x')`],
    (text) => `url.fileURLToPath(${text})`,
  ),
  ...each(
    [`'ü.example'`, `'xn--tda.example'`, `'a b'`, `''`, `'EXAMPLE'`],
    (text) => `[url.domainToASCII(${text}), url.domainToUnicode(${text})]`,
  ),
  ...each(URLS.slice(9, 13), (text) => `url.urlToHttpOptions(new URL(${text}))`),
];
