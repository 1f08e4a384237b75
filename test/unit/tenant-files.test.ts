import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readTenantFiles } from '../../cli/tenant-files/read.ts';
import { UsageError } from '../../shared/usage-error.ts';

// Exports as the versions of the tool write them, wherever they lie now.

const root = mkdtempSync(join(tmpdir(), 'hookmint-tenant-files-'));
after(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
function newFolder(files: Record<string, string>): string {
  const folder = join(root, String(++folders));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const action = (code: string): string => JSON.stringify({ name: 'a', code });

describe("an Action's code", () => {
  for (const code of [
    './actions/a/code.js',
    'actions/a/code.js',
    'exported/actions/a/code.js',
    './out/tenant/actions/a/code.js',
    '/home/somebody/exported/actions/a/code.js',
    '.\\actions\\a\\code.js',
    'exported\\actions\\a\\code.js',
    'C:\\exported\\actions\\a\\code.js',
    'my/actions/actions/a/code.js',
    '../actions/a/code.js',
  ]) {
    it(`is found as ${code}`, () => {
      const folder = newFolder({ 'actions/a.json': action(code), 'actions/a/code.js': 'the code' });
      assert.equal(readTenantFiles(folder, {}).files.actions?.[0]?.code, 'the code');
    });
  }

  it('is found nowhere but in the export', () => {
    writeFileSync(join(root, 'code.js'), 'of the caller');
    for (const code of [
      '../code.js',
      join(root, 'code.js'),
      'x/actions/../../code.js',
      'actions/../../code.js',
      '..\\code.js',
    ]) {
      const folder = newFolder({ 'actions/a.json': action(code), 'actions/a/code.js': 'the code' });
      assert.throws(() => readTenantFiles(folder, {}), UsageError, code);
    }
  });
});

it('a script is found as exports from Windows name it', () => {
  const hook = (script: string): string => JSON.stringify({ name: 'h', triggerId: 'credentials-exchange', script });
  const folder = newFolder({ 'hooks/h.json': hook('.\\shed.js'), 'hooks/shed.js': 'the script' });
  assert.equal(readTenantFiles(folder, {}).files.hooks?.[0]?.script, 'the script');
  const yaml = newFolder({ 'tenant.yaml': `hooks: [${hook('.\\hooks\\shed.js')}]`, 'hooks/shed.js': 'the script' });
  assert.equal(readTenantFiles(join(yaml, 'tenant.yaml'), {}).files.hooks?.[0]?.script, 'the script');
});

describe('a marker for a value', () => {
  const env = { AUTH0_KEYWORD_REPLACE_MAPPINGS: JSON.stringify({ LIST: ['a', 'b'], TEXT: "it\"s $& 'x'", NUMBER: 5 }) };

  it('takes the quotes along in JSON', () => {
    const text =
      '{"name":"c","list":"@@LIST@@","bare":@@LIST@@,"text":"@@TEXT@@","number":"@@NUMBER@@","in":"a ##TEXT2##"}';
    const [client] = readTenantFiles(newFolder({ 'clients/c.json': text }), env).files.clients ?? [];
    assert.deepEqual(client, {
      name: 'c',
      list: ['a', 'b'],
      bare: ['a', 'b'],
      text: "it\"s $& 'x'",
      number: 5,
      in: 'a ##TEXT2##',
    });
  });

  it('takes the quotes along in YAML and in scripts, single ones as well', () => {
    const yaml = `clients:\n  - name: c\n    one: '@@LIST@@'\n    two: "@@LIST@@"\n    three: @@LIST@@\n`;
    const folder = newFolder({
      'tenant.yaml': `${yaml}hooks:\n  - { name: h, triggerId: credentials-exchange, script: ./h.js }\n`,
      'h.js': `const x = '@@LIST@@', y = "@@NUMBER@@", z = @@TEXT@@;`,
    });
    const { clients, hooks } = readTenantFiles(join(folder, 'tenant.yaml'), env).files;
    const list = ['a', 'b'];
    assert.deepEqual(clients, [{ name: 'c', one: list, two: list, three: list }]);
    assert.equal(hooks?.[0]?.script, `const x = ["a","b"], y = 5, z = "it\\"s $& 'x'";`);
  });
});

describe('a YAML file from somebody else', () => {
  const MAX_CPU_MS = 10_000;

  for (const [what, tenant] of [
    [
      'a map of a megabyte of keys',
      `{${Array.from({ length: 120_000 }, (_, key) => `k${String(key)}: 1`).join(', ')}}`,
    ],
    ['a list of a megabyte', `{a: [${'1, '.repeat(300_000)}1]}`],
    ['a megabyte of comments', `{a: 1}\n${'#\n'.repeat(500_000)}`],
  ] as const) {
    it(`is read in a time that grows with its length: ${what}`, () => {
      const folder = newFolder({ 'tenant.yaml': `tenant: ${tenant}\n` });
      const before = process.cpuUsage();
      assert.notEqual(readTenantFiles(join(folder, 'tenant.yaml'), {}).files.tenant, undefined);
      const { user, system } = process.cpuUsage(before);
      assert((user + system) / 1_000 < MAX_CPU_MS, `${String((user + system) / 1_000)} ms`);
    });
  }

  for (const [what, text, problem] of [
    ['a key twice', 'tenant:\n  a: 1\n  b: 2\n  a: 3\n', 'Map keys must be unique at line 4, column 3'],
    ['errors beyond count', `tenant: ${'{a: ]\n'.repeat(50_000)}`, /at line 1, column \d+/],
    ['a tag', 'tenant: !secret hidden-value\n', /^[^\n]*Unresolved tag: !secret at line 1, column \d+/],
  ] as const) {
    it(`is refused with its place, and is not quoted: ${what}`, () => {
      const folder = newFolder({ 'tenant.yaml': text });
      assert.throws(
        () => readTenantFiles(join(folder, 'tenant.yaml'), {}),
        (error: unknown) => {
          assert(error instanceof UsageError);
          if (typeof problem === 'string') assert(error.message.includes(problem), error.message);
          else assert.match(error.message, problem);
          return !error.message.includes('hidden-value');
        },
      );
    });
  }
});
