import assert from 'node:assert/strict';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MAX_LINES = 350;

const filesOf = (...folders: string[]): string[] =>
  globSync(
    folders.map((folder) => `${folder}/**/*.{ts,js}`),
    { cwd: ROOT },
  ).sort();
const files = filesOf('services', 'hook-build', 'shared');
/** The programs that operators and authors start. */
const programs = filesOf('cli', 'deploy');
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** What a file imports: files of the house by their path in it, anything else by its name. */
function importsOf(file: string): string[] {
  const specifiers = textOf(file).matchAll(/(?:\bfrom|^import|\bimport\(|\brequire\()\s*['"]([^'"]+)['"]/gm);
  return [...specifiers].map(([, specifier = '']) =>
    specifier.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), specifier)) : specifier,
  );
}

/** Files that import each other, each group sorted; a file in none is left out. */
function circlesOf(among: readonly string[]): string[][] {
  const reached = new Map(among.map((file) => [file, new Set<string>()]));
  for (const [file, seen] of reached) {
    const open = [file];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const imported of importsOf(next)) {
        if (!reached.has(imported) || seen.has(imported)) continue;
        seen.add(imported);
        open.push(imported);
      }
    }
  }
  const inCircles = among.filter((file) => reached.get(file)?.has(file));
  const groups = inCircles.map((file) =>
    inCircles.filter((other) => reached.get(file)?.has(other) && reached.get(other)?.has(file)),
  );
  return [...new Map(groups.map((group) => [group.join(), group])).values()];
}

/** The files that break a rule, each with what breaks it. */
function offenders(among: readonly string[], isOffence: (imported: string, file: string) => boolean): string[] {
  return among.flatMap((file) =>
    importsOf(file)
      .filter((imported) => isOffence(imported, file))
      .map((imported) => `${file} imports ${imported}`),
  );
}

const within = (folder: string) => files.filter((file) => file.startsWith(`${folder}/`));
const folderOf = (file: string): string => file.split('/').slice(0, 2).join('/');
const isOurs = (imported: string): boolean => /^(?:services|hook-build|shared|deploy|cli|test)\/|^\.\./.test(imported);

/** Folders whose folders the map shows, beside those of each service. */
const MAPPED = ['.', 'services', 'hook-build', 'shared', 'cli', 'console', 'console/src', 'deploy', 'test'];

/** The paths that the tree of CONTRIBUTING.md shows: each line is within the line before it that is indented less. */
function mapOf(text: string): string[] {
  const [, tree = ''] = /## The map\n+```\n(.*?)```/s.exec(text) ?? [];
  const within: { indent: number; path: string }[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, space = '', names = ''] = /^( *)(\S(?:.*?\S)?)(?: {2}|$)/.exec(line) ?? [];
    if (names === '') return [];
    while ((within.at(-1)?.indent ?? -1) >= space.length) within.pop();
    const paths = names.split(', ').map((name) => join(within.at(-1)?.path ?? '', name).replace(/\/$/, ''));
    within.push({ indent: space.length, path: paths[0] ?? '' });
    return paths;
  });
}

describe('the house', () => {
  it('has files, and their imports are seen', () => {
    assert.deepEqual(
      ['gateway', 'hook-builder', 'hook-executor', 'management', 'signer'].filter(
        (name) => within(`services/${name}`).length === 0,
      ),
      [],
    );
    assert(importsOf('services/signer/main.ts').includes('shared/lifecycle.ts'));
    assert(importsOf('services/signer/main.ts').includes('shared/telemetry/register.ts'));
    assert(importsOf('services/gateway/app.ts').includes('express'));
  });

  it('lets a service import itself and shared/, never another service', () => {
    const builds = /^services\/(?:management|hook-executor|hook-builder)\//;
    assert.deepEqual(
      offenders(
        within('services'),
        (imported, file) =>
          isOurs(imported) &&
          !imported.startsWith('shared/') &&
          !(imported.startsWith('hook-build/') && builds.test(file)) &&
          folderOf(imported) !== folderOf(file),
      ),
      [],
    );
  });

  it('lets hook-build/ import shared/ and no service', () => {
    assert.deepEqual(
      offenders(within('hook-build'), (imported) => isOurs(imported) && !/^(?:hook-build|shared)\//.test(imported)),
      [],
    );
  });

  it('lets shared/ import no service, no express and no isolated-vm', () => {
    assert.deepEqual(
      offenders(
        within('shared'),
        (imported) =>
          (isOurs(imported) && !imported.startsWith('shared/')) || /^(?:express|isolated-vm)(?:\/|$)/.test(imported),
      ),
      [],
    );
  });

  it('has no circle of files', () => {
    assert(programs.length > 100);
    assert.deepEqual(circlesOf([...files, ...programs]), []);
  });

  it('lets shared/domain/ import nothing of the house but itself and errors', () => {
    const allowed = /^shared\/(?:domain\/|[\w-]+\.ts$)/;
    assert.deepEqual(
      offenders(within('shared/domain'), (imported) => isOurs(imported) && !allowed.test(imported)),
      [],
    );
  });

  it('lets the cli enter a service by one door, and neither a service nor deploy/ import the cli', () => {
    const door = 'services/hook-executor/run-once.ts';
    assert.deepEqual(
      offenders(
        programs.filter((file) => file.startsWith('cli/')),
        (imported) => imported.startsWith('services/') && imported !== door,
      ),
      [],
    );
    assert.deepEqual(
      offenders([...files, ...programs.filter((file) => file.startsWith('deploy/'))], (imported) =>
        imported.startsWith('cli/'),
      ),
      [],
    );
  });

  it('lets no step of the token endpoint import the endpoint', () => {
    const steps = [...within('services/gateway/steps'), ...within('services/gateway/admission')];
    assert(steps.length > 15);
    assert.deepEqual(
      offenders(steps, (imported) => /^services\/gateway\/(?:routes\/|issue-token\.ts$|app\.ts$)/.test(imported)),
      [],
    );
  });

  it('lets only gateway and management speak HTTP and only the sandbox run isolates', () => {
    const only = (folder: RegExp, name: RegExp) =>
      offenders(files, (imported, file) => name.test(imported) && !folder.test(file));
    assert.deepEqual(only(/^services\/(?:gateway|management)\//, /^express(?:\/|$)/), []);
    assert.deepEqual(only(/^services\/hook-executor\/sandbox\//, /^isolated-vm(?:\/|$)/), []);
  });

  it('gives the executor no store, and the hook-builder neither store nor bus nor secrets', () => {
    assert.deepEqual(
      offenders(within('services/hook-executor'), (imported) => /^mongodb(?:\/|$)|^shared\/store\//.test(imported)),
      [],
    );
    const held =
      /^(?:mongodb|@nats-io)(?:\/|$)|^shared\/(?:store|bus|subjects)\/|^shared\/(?:hook-secrets|client-secret)\.ts$/;
    assert.deepEqual(
      offenders(within('services/hook-builder'), (imported) => held.test(imported)),
      [],
    );
  });

  it('names the key of the private keys nowhere but in the signer', () => {
    assert.deepEqual(
      [
        ...new Set(
          files
            .filter((file) => textOf(file).includes('HOOKMINT_SIGNING_KEY_ENCRYPTION_KEY'))
            .map((file) => folderOf(file)),
        ),
      ],
      ['services/signer'],
    );
  });

  it('reads the environment in one place', () => {
    // A default argument may name it, so that a test can give another.
    const asDefault = /env: NodeJS\.ProcessEnv = process\.env/g;
    const comment = /\/\*[^]*?\*\/|\/\/.*/g;
    const codeOf = (file: string) => textOf(file).replaceAll(comment, '');
    assert.deepEqual(
      files.filter((file) => codeOf(file).replaceAll(asDefault, '').includes('process.env')),
      ['shared/telemetry/register.ts'],
    );
  });

  it('writes to the terminal of an operator or author through one door', () => {
    const atTerminals = globSync(['cli/**/*.{ts,js}', 'deploy/local/**/*.{ts,js}', 'shared/**/*.{ts,js}'], {
      cwd: ROOT,
    });
    // start.js runs before anything is installed; the others are hooks, which print in an isolate.
    const others = /^deploy\/local\/start\.js$|^cli\/hook\/templates\/|^deploy\/local\/demo\/|^hook-build\/shims\//;
    const writes =
      /\bprocess\.std(?:out|err)\b(?!\.isTTY)|\bstd(?:out|err): 'inherit'|\bconsole\.(?:log|info|warn|error|debug|dir|table|trace)\(|\bemitWarning\b|\b(?:write|writev)Sync\((?:1|2)\b/;
    assert(atTerminals.length > 100 && writes.test(textOf('shared/terminal.ts')));
    assert.deepEqual(
      atTerminals.filter((file) => !others.test(file) && writes.test(textOf(file))).sort(),
      // What goes to the standard output of a process that nobody but the launcher, a container's runtime or its starter reads.
      ['shared/process-wall/native.ts', 'shared/process-wall/probe.ts', 'shared/terminal.ts'],
    );
  });

  it('is the map of CONTRIBUTING.md, which has all folders that one looks for', () => {
    const shown = mapOf(textOf('CONTRIBUTING.md'));
    assert.deepEqual(
      shown.filter((path) => !existsSync(join(ROOT, path))),
      [],
    );
    const folders = [...MAPPED, ...globSync('services/*', { cwd: ROOT })].flatMap((parent) =>
      readdirSync(join(ROOT, parent), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !/^\.|^node_modules$|^dist$/.test(entry.name))
        .map(({ name }) => join(parent, name)),
    );
    assert.deepEqual(
      folders.filter((folder) => !shown.some((path) => path === folder || path.startsWith(`${folder}/`))),
      [],
    );
  });

  it(`has no file over ${String(MAX_LINES)} lines`, () => {
    const lines = (file: string): number => textOf(file).split('\n').length - 1;
    assert.deepEqual(
      files.filter((file) => lines(file) > MAX_LINES).map((file) => `${file}: ${String(lines(file))} lines`),
      [],
    );
  });
});
