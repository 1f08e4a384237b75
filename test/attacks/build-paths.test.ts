import assert from 'node:assert/strict';
import { after } from 'node:test';
import { startNpmRegistry } from '../support/npm-registry.ts';
import { attackClass } from './attack-class.ts';
import { buildWithoutCanary, plantCanaries } from './build-canaries.ts';
import { computed, IMPORTS, packageFields, sourceMaps, specifiers } from './build-spellings.ts';

// Authors' code and modules that name files of the machine: none of them is in what a build gives, tells or fails with.

const canaries = plantCanaries();
const registry = await startNpmRegistry();
after(() => {
  registry.close();
  canaries.close();
});

const KIT = { files: { 'index.js': 'module.exports = 1;', 'lib/index.js': '' } };
registry.publish('kit', KIT);

const build = (code: string, dependencies: Record<string, string> = {}) =>
  buildWithoutCanary(code, { kit: '1.0.0', ...dependencies }, { cacheDir: canaries.cacheDir, registry: registry.url });

/** A file of the table: the data folder, the home folder, the project, in turn. */
const fileFor = (index: number): string => canaries.files[index % canaries.files.length] ?? '';

const quoted = (text: string): string => JSON.stringify(text);

/** Every text in two forms, and every form with the text that worked best. */
const statements = Object.keys(specifiers('/x')).flatMap((name, index) => {
  const text = quoted(specifiers(fileFor(index))[name] ?? '');
  return [
    [`require of ${name}`, `module.exports = require(${text});`],
    [`import as text of ${name}`, `import s from ${text} with { type: 'text' }; export default () => s;`],
  ] as const;
});
const forms = Object.entries(IMPORTS).map(([form, statement], index) => {
  const text = specifiers(fileFor(index))['out of a module'] ?? '';
  return [form, statement(quoted(text))] as const;
});

const byAuthor = attackClass('a path in an author’s code');
for (const [name, code] of [...statements, ...forms])
  byAuthor(name, async () => {
    await build(code);
  });
Object.keys(computed('/x')).forEach((name, index) => {
  byAuthor(`computed, ${name}`, async () => {
    await build(computed(fileFor(index))[name] ?? '');
  });
});
Object.keys(sourceMaps('/x')).forEach((name, index) => {
  byAuthor(`a source map, ${name}`, async () => {
    assert.equal(await build(sourceMaps(fileFor(index))[name] ?? ''), 'built');
  });
});

const byModule = attackClass('a path in a module’s code');
const inModule = [
  ...statements,
  ...forms,
  ...Object.keys(computed('/x')).map(
    (name, index) => [`computed, ${name}`, computed(fileFor(index))[name] ?? ''] as const,
  ),
  ...Object.keys(sourceMaps('/x')).map(
    (name, index) => [`a source map, ${name}`, sourceMaps(fileFor(index))[name] ?? ''] as const,
  ),
];
registry.publish('hostile', {
  files: {
    'index.js': 'module.exports = 1;',
    'tsconfig.json': JSON.stringify({
      extends: fileFor(0),
      compilerOptions: { paths: { '*': [fileFor(1)] } },
    }),
    ...Object.fromEntries(inModule.map(([, code], index) => [`${String(index)}.js`, code])),
  },
});
inModule.forEach(([name], index) => {
  byModule(name, async () => {
    await build(`module.exports = require('hostile/${String(index)}.js');`, { hostile: '1.0.0' });
  });
});

const byField = attackClass('a path in a module’s package.json');
Object.keys(packageFields('/x')).forEach((name, index) => {
  const module = `field-${String(index)}`;
  registry.publish(module, {
    packageJson: packageFields(fileFor(index))[name] ?? {},
    files: {
      'index.js': 'module.exports = 1;',
      'imports.js': `module.exports = [require('#secret'), require('#secrets')];`,
    },
  });
  byField(name, async () => {
    const code = `module.exports = [require('${module}'), require('${module}/data/secrets.json')];`;
    await build(code, { [module]: '1.0.0' });
    await build(`module.exports = require('${module}');`, { [module]: '1.0.0' });
  });
});

const endless = attackClass('a file that never ends');
for (const file of [
  '/dev/zero',
  '/dev/random',
  '/dev/tty',
  '/proc/self/environ',
  '/proc/self/mem',
  '/proc/kmsg',
  canaries.fifo,
]) {
  const path = `${'../'.repeat(24)}${file.slice(1)}`;
  endless(`${file === canaries.fifo ? 'a FIFO' : file}, required, imported and as a source map`, async () => {
    await build(`module.exports = require('kit/${path}');`);
    await build(`import s from 'kit/${path}' with { type: 'text' }; export default () => s;`);
    await build(`import s from '${file}' with { type: 'text' }; export default () => s;`);
    assert.equal(await build(`module.exports = () => Buffer;\n//# sourceMappingURL=file://${file}`), 'built');
    await build(`module.exports = (x) => require('./${path.replace(/\/[^/]+$/, '/')}' + x);`);
  });
}
