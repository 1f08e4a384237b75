import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { TenantFiles } from '../../cli/tenant-files/model.ts';
import { readTenantFiles } from '../../cli/tenant-files/read.ts';
import { writeFolder } from '../../cli/tenant-files/write-folder.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { CLI_PROGRAM } from '../support/cli-program.ts';

// Files that somebody else made: what they make of the caller's machine when they are read, written beside, or run.

const root = mkdtempSync(join(tmpdir(), 'hookmint-cli-files-'));
after(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
function newFolder(files: Record<string, string> = {}): string {
  const folder = join(root, String(++folders));
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const CLI = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const WITHIN_MS = 120_000;

/** Runs the CLI; a command that waits for ever has the exit code `null`. */
function hookmint(args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [...CLI_PROGRAM, ...args], {
    env: { ...process.env, HOOKMINT_URL: 'http://127.0.0.1:9', HOOKMINT_ACCESS_TOKEN: 'x' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: WITHIN_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

const refusal = (path: string): string => {
  try {
    readTenantFiles(path, {});
  } catch (error) {
    assert(error instanceof UsageError, String(error));
    return error.message;
  }
  throw new Error(`${path} was read`);
};

const EXPORTED = TenantFiles.parse({
  hooks: [{ name: 'h', script: 'the script', triggerId: 'credentials-exchange' }],
  actions: [{ name: 'a', code: 'the code' }],
  clients: [{ name: 'c' }],
  triggers: {},
  tenant: {},
});
const write = (folder: string, files = EXPORTED): string[] => writeFolder(folder, files, new Map());

describe('an export that is written', () => {
  for (const path of ['clients/c.json', 'hooks/h.js', 'tenant.json', 'triggers/triggers.json', 'actions/a/code.js']) {
    it(`does not go through a link at ${path}, and writes nothing then`, () => {
      const precious = join(newFolder({ precious: 'mine' }), 'precious');
      const folder = newFolder({ [join(path, '..', '.keep')]: '' });
      symlinkSync(precious, join(folder, path));
      assert.throws(() => write(folder), new RegExp(`^Error: \\S+${path} is a link, which an export does not follow`));
      assert.equal(readFileSync(precious, 'utf8'), 'mine');
      assert.equal(
        readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('h.json')).length,
        0,
      );
    });

    it(`does not go through a link at ${path} that leads to nothing`, () => {
      const [elsewhere, folder] = [newFolder(), newFolder({ [join(path, '..', '.keep')]: '' })];
      symlinkSync(join(elsewhere, 'made'), join(folder, path));
      assert.throws(() => write(folder), UsageError);
      assert.deepEqual(readdirSync(elsewhere), []);
    });
  }

  for (const path of ['clients', 'hooks', 'actions', 'actions/a', 'triggers']) {
    it(`does not go through a folder that is a link: ${path}`, () => {
      const [elsewhere, folder] = [newFolder(), newFolder({ [join(path, '..', '.keep')]: '' })];
      symlinkSync(elsewhere, join(folder, path));
      assert.throws(() => write(folder), /is a link/);
      assert.deepEqual(readdirSync(elsewhere), []);
    });
  }

  it('does not go into a pipe, nor into a folder where a file belongs', () => {
    const folder = newFolder({ 'clients/.keep': '' });
    spawnSync('sh', ['-c', 'mkfifo "$0"', join(folder, 'clients/c.json')]);
    assert.throws(() => write(folder), /c\.json is not a regular file/);
    const other = newFolder({ 'clients/c.json/x': '' });
    assert.throws(() => write(other), /c\.json is not a regular file/);
  });

  it('takes the place of a file that has another name elsewhere, which stays as it is', () => {
    const [elsewhere, folder] = [newFolder({ other: 'mine' }), newFolder({ 'clients/.keep': '' })];
    linkSync(join(elsewhere, 'other'), join(folder, 'clients/c.json'));
    write(folder);
    assert.equal(readFileSync(join(elsewhere, 'other'), 'utf8'), 'mine');
    assert.match(readFileSync(join(folder, 'clients/c.json'), 'utf8'), /"name": "c"/);
  });

  it('is written again over the one before, with the rights that its files have, and leaves nothing beside it', () => {
    const folder = newFolder();
    write(folder);
    const before = readdirSync(folder, { recursive: true });
    spawnSync('chmod', ['600', join(folder, 'clients/c.json')]);
    write(folder);
    assert.deepEqual(readdirSync(folder, { recursive: true }), before);
    assert.equal(lstatSync(join(folder, 'clients/c.json')).mode & 0o777, 0o600);
  });

  it('may go into a folder that the caller names by a link, and into one that is not there', () => {
    const folder = newFolder();
    symlinkSync(folder, `${folder}-link`);
    write(`${folder}-link`);
    assert.equal(readdirSync(folder).includes('clients'), true);
    write(join(folder, 'further', 'down'));
    assert.equal(readdirSync(join(folder, 'further', 'down')).includes('clients'), true);
  });

  it('says what is wrong where no folder can be made', () => {
    assert.throws(() => write('/proc/hookmint/export'), /cannot be written/);
    assert.throws(() => write('/dev/null'), /cannot be written/);
  });

  it('has a file for each of names that differ by case, composition or an ending', () => {
    const names = ['x', 'x.json', 'X', 'X.JSON', 'x.js', 'stra\u00dfe', 'STRASSE', '\u00e9', 'e\u0301', 'x.json.json'];
    const files = TenantFiles.parse({
      hooks: names.map((name) => ({ name, script: name, triggerId: 'credentials-exchange' })),
      actions: names.map((name) => ({ name, code: name })),
      clients: names.map((name) => ({ name })),
    });
    const folder = newFolder();
    const written = write(folder, files);
    const folded = written.map((path) => path.normalize('NFC').toUpperCase());
    assert.equal(new Set(folded).size, names.length * 5);
    // No file where a folder has to be.
    for (const path of folded) assert(!folded.some((other) => other.startsWith(`${path}/`)), path);
    const again = readTenantFiles(folder, {}).files;
    assert.deepEqual(
      again.actions?.map(({ name, code }) => [name, code]).sort(),
      names.map((name) => [name, name]).sort(),
    );
    assert.deepEqual(
      again.hooks?.map(({ name, script }) => [name, script]).sort(),
      names.map((name) => [name, name]).sort(),
    );
  });
});

const HOOK = JSON.stringify({ name: 'h', triggerId: 'credentials-exchange', script: './h.js' });
const SPECIAL: readonly (readonly [path: string, files: Record<string, string>, yaml?: string])[] = [
  ['hooks/h.json', {}],
  ['hooks/h.js', { 'hooks/h.json': HOOK }],
  ['clients/c.json', {}],
  ['actions/a/code.js', { 'actions/a.json': JSON.stringify({ name: 'a', code: './actions/a/code.js' }) }],
  ['triggers/triggers.json', {}],
  ['tenant.json', {}],
  ['tenant.yaml', {}, 'tenant.yaml'],
  [
    'h.js',
    { 'tenant.yaml': 'hooks:\n  - name: h\n    script: ./h.js\n    triggerId: credentials-exchange\n' },
    'tenant.yaml',
  ],
];

describe('an export that is read', { concurrency: 3 }, () => {
  for (const [path, files, yaml = ''] of SPECIAL) {
    it(`may have no pipe at ${path}`, async () => {
      const folder = newFolder({ [join(path, '..', '.keep')]: '', ...files });
      spawnSync('sh', ['-c', 'mkfifo "$0"', join(folder, path)]);
      const { code, output } = await hookmint(['diff', join(folder, yaml)]);
      assert.match(output, /it is not a regular file/);
      assert.equal(code, 2);
    });

    it(`may have no device, socket or folder at ${path}`, async () => {
      const device = newFolder({ [join(path, '..', '.keep')]: '', ...files });
      symlinkSync('/dev/zero', join(device, path));
      assert.match(refusal(join(device, yaml)), /outside of/);
      const socket = newFolder({ [join(path, '..', '.keep')]: '', ...files });
      const server = createServer().listen(join(socket, path));
      await new Promise((resolve) => server.once('listening', resolve));
      assert.match(refusal(join(socket, yaml)), /cannot be used/);
      await new Promise((resolve) => server.close(resolve));
      if (path === 'tenant.yaml' || /^(?:hooks|clients)\/.*json$/.test(path)) return;
      assert.match(refusal(join(newFolder({ [join(path, 'x')]: '', ...files }), yaml)), /cannot be used/);
    });

    it(`may have no file without an end at ${path}`, () => {
      const folder = newFolder({ [path]: ' ', ...files });
      truncateSync(join(folder, path), 64 * 1024 ** 3);
      assert.match(refusal(join(folder, yaml)), /it is over \d+ bytes/);
    });
  }

  it('may not have more levels than a tenant has', () => {
    for (const levels of [200, 200_000]) {
      const deep = `{"name":"c","metadata":${'['.repeat(levels)}${']'.repeat(levels)}}`;
      assert.match(refusal(newFolder({ 'clients/c.json': deep })), /nested more than 100 levels deep|cannot be used/);
      if (levels > 1_000) continue;
      assert.match(
        refusal(join(newFolder({ 'tenant.yaml': `clients:\n  - ${deep}\n` }), 'tenant.yaml')),
        /nested more than 100 levels deep|cannot be used/,
      );
    }
  });

  it('may have, at their size, what a large tenant has', () => {
    const client = (index: number) => ({ name: `client ${String(index)}`, description: 'x'.repeat(700) });
    const clients = Array.from({ length: 20_000 }, (_, index) => client(index));
    const folder = newFolder({ 'tenant.yaml': JSON.stringify({ clients: clients.slice(0, 200) }), 'big.json': '{}' });
    assert.equal(readTenantFiles(join(folder, 'tenant.yaml'), {}).files.clients?.length, 200);
    const many = newFolder(
      Object.fromEntries(clients.slice(0, 500).map((one, i) => [`clients/${String(i)}.json`, JSON.stringify(one)])),
    );
    assert.equal(readTenantFiles(many, {}).files.clients?.length, 500);
  });
});

describe('a folder of hooks', { concurrency: 3 }, () => {
  const waits = (name: string, files: Record<string, string>, args: (folder: string) => string[]): void => {
    void it(`may have no pipe at ${name}`, async () => {
      const folder = newFolder(files);
      spawnSync('sh', ['-c', 'mkfifo "$0"', join(folder, name)]);
      const { code, output } = await hookmint(args(folder));
      assert.match(output, /it is not a regular file/);
      assert(code === 1 || code === 2, `${String(code)}: ${output}`);
    });
  };
  const CASE = JSON.stringify({ hook: 'h.js', expect: {} });
  const CODE = 'module.exports = function (client, scope, audience, context, cb) { cb(); };\n';
  waits('x.case.json', { 'h.js': CODE }, (folder) => ['hook', 'test', folder]);
  waits('h.js', { 'x.case.json': CASE }, (folder) => ['hook', 'test', folder]);
  waits('package.json', { 'h.js': CODE }, (folder) => ['hook', 'run', join(folder, 'h.js')]);
  waits('h.js', {}, (folder) => ['hook', 'deploy', join(folder, 'h.js')]);

  it('may be given its event and secrets through a pipe, by whoever runs the command', () => {
    const folder = newFolder({ 'h.js': CODE.replace('cb()', `cb(null, { 'https://x.example/y': context.body.y })`) });
    const command = `"$0" --no-node-snapshot "$1" hook run "$2" --event <(echo '{"body":{"y":"through a pipe"}}')`;
    const { stdout, stderr } = spawnSync('bash', ['-c', command, process.execPath, CLI, join(folder, 'h.js')], {
      encoding: 'utf8',
    });
    assert.match(stdout, /through a pipe/, stderr);
  });
});
