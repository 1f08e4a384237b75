// Ways to name a file of the machine in code that is built.

const UP = '../'.repeat(24);

/** Texts that name a file, for whatever takes one. */
export function specifiers(file: string): Record<string, string> {
  const path = file.slice(1);
  return {
    absolute: file,
    'absolute, doubled slash': `/${file}`,
    'file URL': `file://${file}`,
    'relative from where the file is': `./${UP}${path}`,
    'relative, upwards': `${UP}${path}`,
    'out of a module': `kit/${UP}${path}`,
    'out of a module, past a dot': `kit/./${UP}${path}`,
    'out of a module, doubled slashes': `kit//${UP}/${path}`,
    'out of a folder of a module': `kit/lib/${UP}${path}`,
    'out of a file of a module': `kit/index.js/${UP}${path}`,
    'out of a module, with a query': `kit/${UP}${path}?raw`,
    'out of a module, with a fragment': `kit/${UP}${path}#x`,
    'out of a module, percent-encoded': `kit/${UP.replaceAll('..', '%2e%2e')}${path}`,
    'out of a module, backslashes': `kit/${UP}${path}`.replaceAll('/', '\\'),
    'out of a module with a version': `kit@1.0.0/${UP}${path}`,
    'out of a module of Node': `node:fs/${UP}${path}`,
    'out of the stand-ins for Node': `./core/shims/${UP}${path}`,
    'out of node_modules': `./node_modules/kit/${UP}${path}`,
    'without its ending': `kit/${UP}${path.replace(/\.json$/, '')}`,
    'its folder': `kit/${UP}${path.replace(/\/[^/]+$/, '')}`,
    'its folder, with a slash': `kit/${UP}${path.replace(/[^/]+$/, '')}`,
    'through /proc': `kit/${UP}proc/self/root${file}`,
    'the working folder of the process': `kit/${UP}proc/self/cwd/${UP}${path}`,
    'a name of its own': `#secret/${UP}${path}`,
    'a loader before it': `!!raw-loader!${file}`,
    'a NUL behind it': `kit/${UP}${path}\0.js`,
  };
}

/** Statements that take the text of a specifier, already quoted. */
export const IMPORTS: Record<string, (text: string) => string> = {
  require: (text) => `module.exports = require(${text});`,
  'require in a try': (text) => `try { module.exports = require(${text}); } catch {}`,
  'module.require': (text) => `module.exports = module.require(${text});`,
  'require.resolve': (text) => `module.exports = require(require.resolve(${text}));`,
  'an escaped require': (text) => `module.exports = req\\u0075ire(${text});`,
  'a require in brackets': (text) => `module.exports = (require)(${text});`,
  'a require with a choice': (text) => `module.exports = require(globalThis.x ? ${text} : ${text});`,
  'a default import': (text) => `import secret from ${text}; export default () => secret;`,
  'an import of all': (text) => `import * as secret from ${text}; export default () => secret;`,
  'an import for its effects': (text) => `import ${text}; export default () => 1;`,
  'an import as JSON': (text) => `import secret from ${text} with { type: 'json' }; export default () => secret;`,
  'an import as text': (text) => `import secret from ${text} with { type: 'text' }; export default () => secret;`,
  'an import as bytes': (text) => `import secret from ${text} with { type: 'bytes' }; export default () => secret;`,
  'an import as a file': (text) => `import secret from ${text} with { type: 'file' }; export default () => secret;`,
  'an import as data': (text) => `import secret from ${text} with { type: 'dataurl' }; export default () => secret;`,
  'an import as CSS': (text) => `import secret from ${text} with { type: 'css' }; export default () => secret;`,
  'an assertion': (text) => `import secret from ${text} assert { type: 'json' }; export default () => secret;`,
  'an export of all': (text) => `export * from ${text}; export default () => 1;`,
  'an export of one': (text) => `export { default } from ${text};`,
  'import()': (text) => `module.exports = () => import(${text});`,
  'import() as text': (text) => `module.exports = () => import(${text}, { with: { type: 'text' } });`,
  'import.defer': (text) => `import defer * as secret from ${text}; export default () => secret;`,
  'import.source': (text) => `import source secret from ${text}; export default () => secret;`,
  'a URL beside the module': (text) => `export default () => new URL(${text}, import.meta.url);`,
  'import.meta.resolve': (text) => `export default () => import.meta.resolve(${text});`,
  'a worker': (text) => `export default () => new Worker(new URL(${text}, import.meta.url));`,
};

/** Paths that are computed, of which the bundler would make a list of files. */
export function computed(file: string): Record<string, string> {
  const start = `./${UP}${file.slice(1).replace(/secrets\.json$/, '')}`;
  return {
    'a sum': `module.exports = (x) => require('${start}' + x + '.json');`,
    'a sum without an ending': `module.exports = (x) => require('${start}' + x);`,
    'a template': `module.exports = (x) => require(\`${start}\${x}.json\`);`,
    'a template of folders': `module.exports = (x) => require(\`${start}\${x}/\${x}.json\`);`,
    'a sum of sums': `module.exports = (x) => require('./' + '${UP}' + ('${start.slice(2 + UP.length)}' + x) + '.json');`,
    'with escapes': `module.exports = (x) => require('\\x2e/${start.slice(2)}' + x + '.json');`,
    'an escaped require': `module.exports = (x) => requ\\u0069re('${start}' + x + '.json');`,
    'a require in brackets': `module.exports = (x) => ((require))('${start}' + x + '.json');`,
    'a require behind a comment': `module.exports = (x) => require/* ' */(// '\n'${start}' + x + '.json');`,
    'module.require': `module.exports = (x) => module.require('${start}' + x + '.json');`,
    'module["require"]': `module.exports = (x) => module['require']('${start}' + x + '.json');`,
    'a choice': `module.exports = (x) => require(x ? './a' : '${start}' + x + '.json');`,
    'in a try': `module.exports = (x) => { try { return require('${start}' + x + '.json'); } catch {} };`,
    'behind U+2028': `/*\u2028\u2029*/ module.exports = (x) => require('${start}' + x + '.json');`,
    'behind letters of many bytes': `/* äöü😀 */ module.exports = (x) => require('${start}' + x + '.json');`,
    'behind CR alone': `// a\r// b\rmodule.exports = (x) => require('${start}' + x + '.json');`,
    'twice in a line': `module.exports = (x) => [require('${start}' + x + '.json'), require('${start}' + x)];`,
    'one in another': `module.exports = (x) => require('${start}' + require('${start}' + x) + '.json');`,
    'import()': `module.exports = (x) => import('${start}' + x + '.json');`,
    'import() as text': `module.exports = (x) => import('${start}' + x + '.json', { with: { type: 'text' } });`,
    'import() of a template': `export default (x) => import(\`${start}\${x}.json\`);`,
    'import.defer()': `export default (x) => import.defer('${start}' + x + '.json');`,
    'a global pattern': `export default () => import.meta.glob('${start}*.json', { eager: true });`,
  };
}

/** Comments that name a source map. */
export function sourceMaps(file: string): Record<string, string> {
  const map = file.replace(/json$/, 'map');
  const inline = (value: object): string =>
    `data:application/json;base64,${Buffer.from(JSON.stringify({ version: 3, names: [], mappings: 'AAAA', ...value })).toString('base64')}`;
  const code = 'module.exports = () => Buffer.from("x");';
  return {
    absolute: `${code}\n//# sourceMappingURL=${map}`,
    'a file URL': `${code}\n//# sourceMappingURL=file://${map}`,
    'a file URL of this host': `${code}\n//# sourceMappingURL=file://localhost${map}`,
    relative: `${code}\n//# sourceMappingURL=${UP}${map.slice(1)}`,
    'with an at sign': `${code}\n//@ sourceMappingURL=file://${map}`,
    'in a block': `${code}\n/*# sourceMappingURL=file://${map} */`,
    'before the code': `//# sourceMappingURL=file://${map}\n${code}`,
    'many of them': `${`//# sourceMappingURL=file://${map}\n`.repeat(20)}${code}\n//# sourceMappingURL=file://${map}\n`,
    'in the last line of an HTML comment': `${code}\n<!-- \n//# sourceMappingURL=file://${map}`,
    'a map with the file as a source': `${code}\n//# sourceMappingURL=${inline({ sources: [file] })}`,
    'a map with a URL as a source': `${code}\n//# sourceMappingURL=${inline({ sources: [`file://${file}`] })}`,
    'a map with a root': `${code}\n//# sourceMappingURL=${inline({ sourceRoot: file.replace(/\/[^/]+$/, ''), sources: ['secrets.json'] })}`,
  };
}

/** What package.json may say to have another file taken. */
export function packageFields(file: string): Record<string, Record<string, unknown>> {
  const out = `./${UP}${file.slice(1)}`;
  return {
    main: { main: out },
    'main, absolute': { main: file },
    'main, a folder': { main: out.replace(/\/[^/]+$/, '') },
    module: { main: undefined, module: out },
    'browser, a text': { browser: out },
    'browser, a map': { browser: { './index.js': out } },
    'exports, a text': { exports: out },
    'exports, absolute': { exports: file },
    'exports, a file URL': { exports: `file://${file}` },
    'exports, by condition': { exports: { '.': { node: { require: out, import: out }, default: out } } },
    'exports, a list': { exports: { '.': [out, file, './index.js'] } },
    'exports, a pattern': { exports: { '.': './index.js', './*': `./${UP}*` } },
    'exports, a folder': { exports: { '.': './index.js', './': `./${UP}` } },
    imports: { main: './imports.js', imports: { '#secret': out } },
    'imports, another module': { main: './imports.js', imports: { '#secret': `kit/${out}` } },
    'imports, a pattern': { main: './imports.js', imports: { '#*': `${out.replace('secrets.json', '*')}.json` } },
    'side effects': { sideEffects: [out, `${UP}**`] },
    types: { types: out, typings: out, bin: out, man: out, directories: { lib: out } },
  };
}
