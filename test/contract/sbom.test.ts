import './quiet.ts';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ALLOWED_LICENCES, isAllowed } from '../../deploy/sbom/licences.ts';
import { cacheFolder } from '../../shared/cache-folder.ts';
import { temporaryDir } from './servers-fixtures.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const VALIDATOR = 'cyclonedx-python-lib[json-validation]==11.12.0';
const INSTALL_TIMEOUT_MS = 240_000;

type Licence = { license?: { id?: string; name?: string }; expression?: string };
type Component = {
  'bom-ref': string;
  name: string;
  version: string;
  purl: string;
  hashes?: { alg: string; content: string }[];
  licenses?: Licence[];
};
type Bom = {
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
  metadata: { component: Component };
};
type Locked = { name?: string; version: string; dev?: true; optional?: true; integrity?: string };

const file = join(temporaryDir(), 'sbom.cdx.json');
const run = spawnSync(process.execPath, ['deploy/sbom/main.ts', file], { cwd: ROOT, encoding: 'utf8' });
assert.equal(run.status, 0, run.stderr);
const bom = JSON.parse(readFileSync(file, 'utf8')) as Bom;
const packagesOf = (lockfile: string): [path: string, locked: Locked][] =>
  Object.entries(
    (JSON.parse(readFileSync(join(ROOT, lockfile), 'utf8')) as { packages: Record<string, Locked> }).packages,
  );
const locked = [...packagesOf('package-lock.json'), ...packagesOf('console/package-lock.json')]
  .filter(([path]) => path !== '')
  .map(([path, entry]) => ({
    ...entry,
    id: `${entry.name ?? path.replace(/^.*node_modules\//, '')}@${entry.version}`,
  }));
const packages = bom.components.filter(({ purl }) => purl.startsWith('pkg:npm/'));

/** What reads CycloneDX documents by their published schema, from PyPI, installed once into the cache folder. */
function validatorFolder(): string | undefined {
  const folder = join(cacheFolder(), 'sbom-tools', VALIDATOR);
  if (existsSync(folder)) return folder;
  const fresh = `${folder}.${String(process.pid)}`;
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', fresh, VALIDATOR];
  const { status } = spawnSync('python3', pip, { encoding: 'utf8', timeout: INSTALL_TIMEOUT_MS });
  if (status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    return undefined;
  }
  if (!existsSync(folder)) renameSync(fresh, folder);
  return folder;
}

describe('The list of what hookmint ships', () => {
  const tools = validatorFolder();
  const validate = (path: string): string => {
    const script = [
      'import sys',
      'from cyclonedx.schema import SchemaVersion',
      'from cyclonedx.validation.json import JsonStrictValidator',
      'error = JsonStrictValidator(SchemaVersion.V1_5).validate_str(open(sys.argv[1]).read())',
      'sys.exit(str(error) if error else 0)',
    ].join('\n');
    const env = { ...process.env, PYTHONPATH: tools };
    const { status, stderr } = spawnSync('python3', ['-c', script, path], { encoding: 'utf8', env });
    return status === 0 ? '' : stderr || 'the validator failed without a word';
  };

  it('fits the schema of CycloneDX', { skip: tools === undefined && `${VALIDATOR} cannot be installed` }, () => {
    assert.equal(validate(file), '');
    const wrong = join(temporaryDir(), 'wrong.json');
    writeFileSync(wrong, JSON.stringify({ ...bom, components: [{ name: 'of no type' }] }));
    assert.notEqual(validate(wrong), '');
  });

  it('has every package that production installs, and none of development alone', () => {
    const shipped = new Set(locked.filter(({ dev }) => dev !== true).map(({ id }) => id));
    assert.ok(shipped.size > 100);
    assert.deepEqual(packages.map(({ name, version }) => `${name}@${version}`).sort(), [...shipped].sort());
  });

  it('has each one’s hash, as the lock file has it', () => {
    const expected = new Map(locked.map(({ id, integrity }) => [id, integrity]));
    const differing = packages.filter(({ name, version, hashes = [] }) => {
      const [algorithm, base64] = expected.get(`${name}@${version}`)?.split('-') ?? [];
      const hex = Buffer.from(base64 ?? '', 'base64').toString('hex');
      return algorithm !== 'sha512' || !hashes.some(({ alg, content }) => alg === 'SHA-512' && content === hex);
    });
    assert.deepEqual(
      differing.map((component) => component['bom-ref']),
      [],
    );
  });

  it('has what needs what, down to the last one', () => {
    const refs = new Set(bom.components.map((component) => component['bom-ref']));
    const reached = new Set<string>();
    const visit = (ref: string): void => {
      for (const on of bom.dependencies.find((entry) => entry.ref === ref)?.dependsOn ?? []) {
        if (reached.has(on)) continue;
        assert.ok(refs.has(on), on);
        reached.add(on);
        visit(on);
      }
    };
    visit(bom.metadata.component['bom-ref']);
    assert.deepEqual(
      [...refs].filter((ref) => !reached.has(ref)),
      [],
    );
  });

  it('has the Node that runs it', () => {
    assert.ok(bom.components.some(({ purl }) => purl === `pkg:generic/node@${process.versions.node}`));
  });
});

describe('Licences of what is shipped', () => {
  const licenceOf = ({ licenses = [] }: Component): string =>
    licenses.map(({ license, expression }) => expression ?? license?.id ?? license?.name ?? '').join(' AND ');

  it('are all allowed', () => {
    const others = bom.components.filter((component) => !isAllowed(licenceOf(component)));
    assert.deepEqual(
      others.map((component) => [component['bom-ref'], licenceOf(component)]),
      [],
    );
  });

  it('are allowed in so far as one has them', () => {
    const used = new Set(bom.components.flatMap((component) => licenceOf(component).match(/[\w.-]+/g) ?? []));
    assert.deepEqual(
      Object.keys(ALLOWED_LICENCES).filter((licence) => !used.has(licence)),
      [],
    );
  });

  for (const expression of ['MIT', '(MIT AND BSD-3-Clause)', 'GPL-3.0-only OR MIT', '(MIT OR GPL-2.0) AND ISC']) {
    it(`${expression} would be`, () => assert.ok(isAllowed(expression)));
  }
  for (const expression of [
    '',
    'GPL-3.0-only',
    'AGPL-3.0-or-later',
    'SSPL-1.0',
    'MIT AND GPL-2.0',
    '(MIT) AND (GPL-2.0)',
    'UNLICENSED',
    'SEE LICENSE IN x',
    'constructor',
  ]) {
    it(`${expression === '' ? 'none' : expression} would not be`, () => assert.ok(!isAllowed(expression)));
  }
});
