import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { buildHook } from '../../hook-build/build-hook.ts';
import { HookBuildError } from '../../hook-build/errors.ts';
import { MAX_BUILDS_AT_ONCE, MAX_BUILDS_WAITING } from '../../hook-build/limits.ts';
import { startNpmRegistry, tarballOf, type PublishedModule, type TarEntry } from '../support/npm-registry.ts';
import { attackClass } from './attack-class.ts';
import { buildWithoutCanary, plantCanaries } from './build-canaries.ts';

// Modules of a registry that are not what they should be: what they need is asked of nobody else, and what they bring stays inside.

const canaries = plantCanaries();
const registry = await startNpmRegistry();
/** Whom nobody may ask: another host, as far as a registry's address goes. */
const asked: string[] = [];
const stranger = createServer((request, response) => {
  asked.push(request.url ?? '');
  response.end();
});
await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
const elsewhere = `http://127.0.0.1:${String((stranger.address() as AddressInfo).port)}`;
after(() => {
  registry.close();
  stranger.close();
  stranger.closeAllConnections();
  canaries.close();
});

registry.publish('good', { files: { 'index.js': 'module.exports = 1;' } });

let count = 0;
async function buildOf(module: PublishedModule, required = ''): Promise<string> {
  const name = `shape-${String(++count)}`;
  registry.publish(name, module);
  const options = { cacheDir: canaries.cacheDir, registry: registry.url };
  const outcome = await buildWithoutCanary(
    `module.exports = require('${name}${required}');`,
    { [name]: '1.0.0' },
    options,
  );
  assert.deepEqual(asked, [], 'somebody else was asked');
  return outcome;
}

const INDEX = { path: 'package/index.js', content: 'module.exports = 1;' };
const JSON_FILE = { path: 'package/package.json', content: '{}' };
const target = canaries.files[0] ?? '';

const needs = attackClass('what a module needs');
for (const spec of [
  `file:${target}`,
  `file:../../../data`,
  `link:../../data`,
  target,
  '../../data',
  '.',
  '..',
  '~/data',
  `${elsewhere}/x.tgz`,
  `git+${elsewhere}/x.git`,
  'git+ssh://git@127.0.0.1/x.git',
  'git@127.0.0.1:x/y.git',
  'github:owner/name',
  'owner/name',
  'gist:11081aaa281',
  `npm:good@${elsewhere}/x.tgz`,
  'npm:../good@1.0.0',
  'npm:good@file:../x',
  'workspace:*',
  'patch:good@1.0.0#x',
  `http:${elsewhere.slice(5)}`,
]) {
  const members = spec.startsWith('file:') ? ['optionalDependencies', 'peerDependencies'] : [];
  for (const member of ['dependencies', ...members]) {
    needs(`${member}: ${spec.replace(/127\S+|\/tmp\/\S+/g, '…')}`, async () => {
      const outcome = await buildOf({ packageJson: { [member]: { good: spec } }, files: { 'index.js': '' } });
      assert.equal(outcome, 'module_refused');
    });
  }
}
for (const name of [
  '__proto__',
  '../good',
  '.',
  '..',
  '/etc',
  '.bin',
  'node_modules',
  'a/b',
  '@/x',
  '@../x',
  'a b',
  'x\0y',
]) {
  needs(`a name that is none: ${JSON.stringify(name)}`, async () => {
    const dependencies = JSON.parse(`{${JSON.stringify(name)}: "1.0.0"}`) as Record<string, string>;
    const outcome = await buildOf({ packageJson: { dependencies }, files: { 'index.js': '' } });
    assert.equal(outcome, 'module_refused');
  });
}

const told = attackClass('what the registry tells of a module');
const dist = (change: (dist: Record<string, unknown>, url: string) => object): PublishedModule => ({
  files: { 'index.js': 'module.exports = 1;' },
  told: (manifest, url) => ({ ...manifest, dist: change(manifest.dist as Record<string, unknown>, url) }),
});
for (const [name, module, code] of [
  ['a tarball of another host', dist((own) => ({ ...own, tarball: `${elsewhere}/x.tgz` })), 'module_refused'],
  ['a tarball of another scheme', dist((own) => ({ ...own, tarball: `file://${target}` })), 'module_refused'],
  [
    'a tarball with credentials',
    dist((own, url) => ({ ...own, tarball: url.replace('//', '//a:b@') })),
    'module_refused',
  ],
  ['no tarball', dist(({ integrity }) => ({ integrity })), 'module_refused'],
  ['no integrity', dist(({ tarball }) => ({ tarball })), 'module_refused'],
  ['an empty integrity', dist((own) => ({ ...own, integrity: '' })), 'module_refused'],
  ['a weak integrity', dist((own) => ({ ...own, integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' })), 'module_refused'],
  ['the integrity of another', dist((own) => ({ ...own, integrity: `sha512-${'A'.repeat(86)}==` })), 'module_damaged'],
  ['no dist', { told: ({ name, version }) => ({ name, version }) }, 'registry_failed'],
  ['a version that is a path', { told: (own) => ({ ...own, version: '../../x' }) }, 'registry_failed'],
] satisfies [string, PublishedModule, string][]) {
  told(name, async () => assert.equal(await buildOf(module), code));
}
told('a redirect of a tarball to another host', async () => {
  const path = `/shape-${String(count + 1)}/-/1.0.0.tgz`;
  registry.answer(path, (_request, response) => response.writeHead(302, { location: `${elsewhere}/x.tgz` }).end());
  assert.equal(await buildOf({ files: {} }), 'module_refused');
});
told('a redirect of a module to another host', async () => {
  registry.answer('/moved', (_request, response) => response.writeHead(301, { location: `${elsewhere}/moved` }).end());
  assert.equal(await buildOf({ packageJson: { dependencies: { moved: '*' } }, files: {} }), 'module_refused');
});
told('a redirect in circles', async () => {
  registry.answer('/circle', (_request, response) => response.writeHead(302, { location: '/circle' }).end());
  assert.equal(await buildOf({ packageJson: { dependencies: { circle: '*' } }, files: {} }), 'module_refused');
});
told('an answer that is no module', async () => {
  registry.answer('/page', (_request, response) => response.end('<html>'));
  assert.equal(await buildOf({ packageJson: { dependencies: { page: '*' } }, files: {} }), 'registry_failed');
});

const brings = attackClass('what a module brings');
const entries = (...list: TarEntry[]): PublishedModule => ({ entries: [JSON_FILE, INDEX, ...list] });
for (const [name, module, required, code] of [
  [
    'a symbolic link',
    entries({ path: 'package/x.json', type: 'SymbolicLink', linkpath: target }),
    '/x.json',
    'module_unresolved',
  ],
  ['a hard link', entries({ path: 'package/x.json', type: 'Link', linkpath: target }), '/x.json', 'module_unresolved'],
  [
    'a link to a folder',
    entries({ path: 'package/x', type: 'SymbolicLink', linkpath: '../../data' }),
    '/x/secrets.json',
    'module_unresolved',
  ],
  [
    'a file through a link',
    entries(
      { path: 'package/x', type: 'SymbolicLink', linkpath: canaries.folder },
      { path: 'package/x/planted.js', content: '1' },
    ),
    '',
    'built',
  ],
  ['a device', entries({ path: 'package/x.js', type: 'CharacterDevice' }), '/x.js', 'module_unresolved'],
  ['a FIFO', entries({ path: 'package/x.js', type: 'FIFO' }), '/x.js', 'module_unresolved'],
  ['an absolute path', entries({ path: join(canaries.folder, 'planted.js'), content: '1' }), '', 'module_damaged'],
  ['a path upwards', entries({ path: 'package/../../planted.js', content: '1' }), '', 'module_damaged'],
  ['a path upwards at its beginning', entries({ path: '../planted.js', content: '1' }), '', 'module_damaged'],
  ['a drive', entries({ path: 'C:\\planted.js', content: '1' }), '', 'module_damaged'],
  ['backslashes', entries({ path: 'package\\..\\..\\planted.js', content: '1' }), '', 'module_damaged'],
  ['a line feed in a name', entries({ path: 'package/a\nb.js', content: '1' }), '', 'module_damaged'],
  ['names that differ by case', entries({ path: 'package/INDEX.js', content: '2' }), '', 'module_damaged'],
  [
    'names that differ by composition',
    entries({ path: 'package/\u00e9.js' }, { path: 'package/e\u0301.js' }),
    '',
    'module_damaged',
  ],
  ['a very long name', entries({ path: `package/${'x'.repeat(90)}/${'y'.repeat(90)}.js` }), '', 'built'],
  ['a very deep path', entries({ path: `package/${'x/'.repeat(40)}y.js` }), '', 'module_damaged'],
  [
    'very many files',
    { entries: Array.from({ length: 20_100 }, (_, index) => ({ path: `package/${String(index)}.js` })) },
    '',
    'modules_too_large',
  ],
  [
    'very many bytes',
    { entries: [{ path: 'package/zeros', content: Buffer.alloc(230 * 1024 * 1024) }] },
    '',
    'modules_too_large',
  ],
  ['what is no archive', { tarball: Buffer.from('no archive') }, '', 'module_damaged'],
  ['an archive that is cut', { tarball: tarballOf([INDEX]).subarray(0, 60) }, '', 'module_damaged'],
  [
    'an install script',
    { packageJson: { scripts: { install: `touch ${canaries.folder}/planted.js` } }, files: { 'index.js': '' } },
    '',
    'built',
  ],
  ['an .npmrc', { files: { 'index.js': '', '.npmrc': `registry=${elsewhere}/` } }, '', 'built'],
  [
    'a node_modules of its own',
    { files: { 'index.js': `require('good')`, 'node_modules/good/index.js': '2' } },
    '',
    'built',
  ],
  [
    'a node_modules of another',
    entries({ path: 'package/node_modules/../../../good/index.js', content: '2' }),
    '',
    'module_damaged',
  ],
  [
    'a package.json that is no object',
    { entries: [INDEX, { path: 'package/package.json', content: '[1]' }] },
    '',
    'built',
  ],
  [
    'a package.json with a prototype',
    { entries: [INDEX, { path: 'package/package.json', content: '{"__proto__":{"main":"/etc/passwd"}}' }] },
    '',
    'built',
  ],
  [
    'a setting of TypeScript',
    { files: { 'index.js': '', 'tsconfig.json': JSON.stringify({ extends: target }) } },
    '',
    'built',
  ],
] satisfies [string, PublishedModule, string, string][]) {
  brings(name, async () => {
    assert.equal(await buildOf(module, required), code);
    assert.deepEqual(planted(), []);
  });
}

/** What has come to lie outside of the cache. */
function planted(): string[] {
  return readdirSync(canaries.folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.includes('planted'));
}

const asks = attackClass('what a hook asks of the registry');
for (const [name, version] of [
  ['../x', '1.0.0'],
  ['..', '1.0.0'],
  ['good', '.'],
  ['good', '..'],
  ['good', '../x'],
  ['good', 'file:../x'],
  ['good', 'npm:other@1.0.0'],
  ['good', `${elsewhere}/x.tgz`],
  ['good', 'git+ssh://host/x'],
  ['good', 'owner/name'],
  ['__proto__', '1.0.0'],
  ['@../good', '1.0.0'],
  ['node_modules', '1.0.0'],
] as const) {
  asks(`${name}: ${version.replace(/127\S+/, '…')}, also where nothing is required`, async () => {
    const dependencies = JSON.parse(JSON.stringify({ [`x${name}`]: version }).replace('"x', '"')) as Record<
      string,
      string
    >;
    const building = buildHook({ code: 'module.exports = () => {};', dependencies }, { cacheDir: canaries.cacheDir });
    await assert.rejects(building, (error) => error instanceof HookBuildError && error.code === 'dependency_invalid');
  });
}
asks('one set of modules many times at once: it is fetched once', async () => {
  const from = registry.asked.length;
  registry.publish('once', { files: { 'index.js': 'module.exports = 1;' } });
  const source = { code: `module.exports = require('once');`, dependencies: { once: '1.0.0' } };
  const options = { cacheDir: canaries.cacheDir, registry: registry.url };
  await Promise.all(Array.from({ length: 8 }, () => buildHook(source, options)));
  assert.deepEqual(registry.asked.slice(from), ['/once', '/once/-/1.0.0.tgz']);
});
asks('more builds than may wait: they are refused at once, and the others are built', async () => {
  const options = { cacheDir: canaries.cacheDir, registry: registry.url };
  const source = { code: `module.exports = require('good');`, dependencies: { good: '1.0.0' } };
  const outcomes = await Promise.allSettled(Array.from({ length: 24 }, () => buildHook(source, options)));
  const refused = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [(outcome.reason as HookBuildError).code] : [],
  );
  assert.deepEqual([...new Set(refused)], ['build_queue_full']);
  assert.equal(outcomes.length - refused.length, MAX_BUILDS_AT_ONCE + MAX_BUILDS_WAITING);
});
