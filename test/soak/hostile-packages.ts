import { packageFields } from '../attacks/build-spellings.ts';
import type { NpmRegistry, PublishedModule } from '../support/npm-registry.ts';

const INDEX = { path: 'package/index.js', content: 'module.exports = 1;' };
const MANIFEST = { path: 'package/package.json', content: '{}' };
const MANY = 25_000;

/** Modules that are not what they should be, by kind. */
const SHAPES: Record<string, PublishedModule> = {
  'needs a folder': { packageJson: { dependencies: { x: 'file:../../../etc' } } },
  'needs an address': { packageJson: { dependencies: { x: 'http://169.254.169.254/x.tgz' } } },
  'needs a repository': { packageJson: { dependencies: { x: 'git+ssh://git@127.0.0.1/x.git' } } },
  'needs itself': { packageJson: { dependencies: { 'hostile-3': '1.0.0' } } },
  'links out': { entries: [MANIFEST, INDEX, { path: 'package/x', type: 'SymbolicLink', linkpath: '/etc/passwd' }] },
  'goes out': { entries: [MANIFEST, INDEX, { path: '../../../../tmp/hookmint-planted', content: 'x' }] },
  'has a device': { entries: [MANIFEST, INDEX, { path: 'package/zero', type: 'CharacterDevice' }] },
  'is many files': {
    entries: [MANIFEST, ...Array.from({ length: MANY }, (_, n) => ({ path: `package/${String(n)}.js`, content: '' }))],
  },
  'is a bomb': { entries: [MANIFEST, { path: 'package/index.js', content: Buffer.alloc(210 * 1_048_576) }] },
  'is no tarball': { tarball: Buffer.from('not a tarball') },
  'has another integrity': {
    files: { 'index.js': '' },
    told: (manifest) => ({ ...manifest, dist: { ...(manifest.dist as object), integrity: 'sha512-AAAA' } }),
  },
  'lies elsewhere': {
    files: { 'index.js': '' },
    told: (manifest) => ({ ...manifest, dist: { ...(manifest.dist as object), tarball: 'http://127.0.0.1:9/x.tgz' } }),
  },
  'names a source map': {
    files: { 'index.js': 'module.exports = 1;\n//# sourceMappingURL=../../../../../../../../etc/passwd' },
  },
  'is nested deeply': { files: { 'index.js': `module.exports = ${'['.repeat(5_000)}${']'.repeat(5_000)};` } },
  'is native': {
    packageJson: { gypfile: true, scripts: { install: 'touch /tmp/hookmint-planted' } },
    files: { 'index.js': "require('./x.node')", 'x.node': '' },
  },
};

/** @returns A hook's dependencies by what is hostile in them. */
export function publishHostile(registry: NpmRegistry): Record<string, string> {
  const fields = Object.entries(packageFields('/etc/passwd')).map(
    ([what, packageJson]) => [what, { packageJson, files: { 'index.js': 'module.exports = 1;' } }] as const,
  );
  const names = [...Object.entries(SHAPES), ...fields].map(([what, module], n) => {
    const name = `hostile-${String(n)}`;
    registry.publish(name, { files: { 'index.js': 'module.exports = 1;' }, ...module });
    return [what, name] as const;
  });
  registry.answer('/hostile-silent', () => undefined);
  registry.answer('/hostile-endless', (_request, response) => {
    const timer = setInterval(() => response.write(' '.repeat(65_536)), 5);
    response.once('close', () => clearInterval(timer));
  });
  registry.answer('/hostile-elsewhere', (_request, response) => {
    response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
  });
  return {
    ...Object.fromEntries(names),
    'a registry that never answers': 'hostile-silent',
    'a registry that answers without end': 'hostile-endless',
    'a registry that sends elsewhere': 'hostile-elsewhere',
  };
}
