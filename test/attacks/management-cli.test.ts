import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { TenantFiles } from '../../cli/tenant-files/model.ts';
import { readTenantFiles } from '../../cli/tenant-files/read.ts';
import { writeFolder } from '../../cli/tenant-files/write-folder.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { CLI_PROGRAM } from '../support/cli-program.ts';
import { attackClass } from './attack-class.ts';

// Files that somebody else made, and a server that is not what it says: what they do to whoever runs the CLI.

const root = mkdtempSync(join(tmpdir(), 'hookmint-cli-attack-'));
after(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
function newFolder(files: Record<string, string> = {}): string {
  const folder = join(root, `export-${String(++folders)}`);
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const OUTSIDE = join(root, 'private.txt');
writeFileSync(OUTSIDE, '{"name":"of the caller"}');
const hookFile = (script: string) => JSON.stringify({ name: 'h', triggerId: 'credentials-exchange', script });
const refused = (path: string): void => {
  assert.throws(() => readTenantFiles(path, {}), UsageError);
};

const readOthers = attackClass('exports that name files outside');

for (const path of ['../../private.txt', OUTSIDE, './../../private.txt', '..\\..\\private.txt']) {
  readOthers(`by the path ${path.replace(root, '')}`, () => {
    refused(newFolder({ 'hooks/h.json': hookFile(path) }));
    refused(newFolder({ 'actions/a.json': JSON.stringify({ name: 'a', code: path }) }));
    const yaml = newFolder({ 'tenant.yaml': `hooks:\n  - name: h\n    script: ${JSON.stringify(path)}\n` });
    refused(join(yaml, 'tenant.yaml'));
    return Promise.resolve();
  });
}

readOthers('by a link, to a script, to a resource, to a folder and of a YAML file', () => {
  const script = newFolder({ 'hooks/h.json': hookFile('./h.js') });
  symlinkSync(OUTSIDE, join(script, 'hooks/h.js'));
  refused(script);
  const resource = newFolder({ 'clients/c.json': '{"name":"c"}' });
  symlinkSync(OUTSIDE, join(resource, 'clients/d.json'));
  refused(resource);
  const folder = newFolder({ 'elsewhere/h.json': hookFile('./h.js'), 'elsewhere/h.js': 'x' });
  const linked = newFolder();
  symlinkSync(join(folder, 'elsewhere'), join(linked, 'hooks'));
  refused(linked);
  const yaml = newFolder({ 'tenant.yaml': 'hooks:\n  - name: h\n    script: ./h.js\n' });
  symlinkSync(OUTSIDE, join(yaml, 'h.js'));
  refused(join(yaml, 'tenant.yaml'));
  return Promise.resolve();
});

readOthers('and a folder that is itself a link is read all the same', () => {
  const folder = newFolder({ 'hooks/h.json': hookFile('./h.js'), 'hooks/h.js': 'the script' });
  symlinkSync(folder, join(root, 'link'));
  assert.equal(readTenantFiles(join(root, 'link'), {}).files.hooks?.[0]?.script, 'the script');
  return Promise.resolve();
});

const explode = attackClass('YAML that grows');

const laughs = (levels: number): string =>
  ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
    .concat(
      Array.from(
        { length: levels },
        (_, i) => `a${String(i + 1)}: &a${String(i + 1)} [${`*a${String(i)}, `.repeat(9)}x]`,
      ),
    )
    .join('\n');
const YAMLS: [what: string, text: string][] = [
  ['a billion laughs', `${laughs(12)}\nclients: *a12\n`],
  ['an alias of itself', 'clients: &a [*a]\n'],
  ['merge keys upon merge keys', `${laughs(12).replaceAll('[', '{<<: [').replaceAll(']', ']}')}\nclients: *a12\n`],
  ['tags that make code', 'clients: !!js/function "function () { process.exit(9) }"\n'],
  ['levels without an end', `clients: ${'['.repeat(100_000)}\n`],
];
for (const [what, text] of YAMLS) {
  explode(what, () => {
    const file = join(newFolder({ 'tenant.yaml': text }), 'tenant.yaml');
    const before = process.cpuUsage();
    refused(file);
    // Not by the clock: other tests are at work beside it.
    const usedMs = process.cpuUsage(before).user / 1_000;
    assert.ok(usedMs < 2_000, `${String(usedMs)} ms`);
    return Promise.resolve();
  });
}

explode('a member __proto__', () => {
  const file = join(
    newFolder({ 'tenant.yaml': 'clients:\n  - name: c\n    __proto__: { polluted: 1 }\n' }),
    'tenant.yaml',
  );
  assert.throws(() => readTenantFiles(file, {}), /has a member with the name __proto__/);
  assert.equal(({} as { polluted?: number }).polluted, undefined);
  return Promise.resolve();
});

const writeOut = attackClass('names that become files');
const NAMES = [
  ...[
    '../../../escaped',
    '..',
    '.',
    '/etc/x',
    'a/b',
    'a\\b',
    'a\0b',
    'CON',
    '~',
    '-rf',
    'x'.repeat(255),
    '\u00fc'.repeat(255),
  ],
  ...['a:b', 'a-b', 'A-B', 'a?b', '..'.repeat(60), '\u202etxt', ' ', '...'],
];
writeOut('of every kind, and all stay inside, none in the place of another', () => {
  const folder = newFolder();
  const clientNames = new Map(NAMES.map((name, index) => [`c${String(index)}`, name]));
  const files = TenantFiles.parse({
    hooks: NAMES.map((name) => ({ name, script: 'x', triggerId: 'credentials-exchange' })),
    actions: NAMES.map((name) => ({ name, code: 'x' })),
    clients: NAMES.map((name) => ({ name })),
    resourceServers: NAMES.map((name) => ({ name, identifier: 'x' })),
    clientGrants: [...clientNames.keys()].map((client_id) => ({ client_id, audience: 'y'.repeat(200) })),
  });
  const outside = readdirSync(root);
  writeFolder(folder, files, clientNames);
  assert.deepEqual(readdirSync(root), outside);
  for (const kind of ['hooks', 'actions', 'clients', 'resource-servers', 'grants']) {
    const json = readdirSync(join(folder, kind)).filter((name) => name.endsWith('.json'));
    assert.equal(new Set(json.map((name) => name.toLowerCase())).size, NAMES.length, kind);
  }
  const again = readTenantFiles(folder, {}).files;
  assert.deepEqual(again.actions?.map(({ name }) => name).sort(), NAMES.toSorted());
  return Promise.resolve();
});

const ESCAPES = '\u001b]0;owned\u0007\u001b[2J\u009b31m\r\b';

/** Runs the CLI against a server that answers everything with one thing. */
async function against(answer: (path: string) => [status: number, body: unknown], args: string[]): Promise<string> {
  const server = createServer((request, response) => {
    const [status, body] = answer(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const HOOKMINT_URL = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const child = spawn(process.execPath, [...CLI_PROGRAM, ...args], {
    env: { ...process.env, HOOKMINT_URL, HOOKMINT_ACCESS_TOKEN: 'x' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  await new Promise((resolve) => server.close(resolve));
  return output;
}

const paint = attackClass('a server that speaks to the terminal');

paint('by its errors', async () => {
  const output = await against(() => [400, { message: `${ESCAPES}spoken`, errorCode: ESCAPES }], ['hook', 'list']);
  assert.match(output, /spoken/);
  assert.doesNotMatch(output, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
});

paint('by the names of hooks and of who made them', async () => {
  const entry = { number: 1, revision: 'r', created_at: ESCAPES, created_by: ESCAPES, current: true, draft: false };
  const hooks = [{ id: 'x', name: `${ESCAPES}spoken`, enabled: true }];
  const output = await against(
    (path) => [200, path.includes('revisions') ? { revisions: [entry] } : hooks],
    ['hook', 'list'],
  );
  assert.match(output, /spoken/);
  assert.doesNotMatch(output, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
});

paint('by the names in a plan, of the server and of the files', async () => {
  const folder = newFolder({
    'clients/c.json': JSON.stringify({ name: `${ESCAPES}spoken`, app_type: 'non_interactive' }),
  });
  const one = {
    id: 'x',
    name: `${ESCAPES}told`,
    client_id: 'c',
    identifier: 'urn:x',
    audience: 'urn:x',
    enabled: false,
  };
  const answer = (path: string): [number, unknown] => {
    const plural = /api\/v2\/(?:actions\/)?([a-z-]+)/.exec(path)?.[1]?.replaceAll('-', '_') ?? '';
    if (path.includes('/secrets') || path.includes('/tenants')) return [200, {}];
    if (path.includes('bindings')) return [200, { bindings: [] }];
    if (path.includes('/client-assertion-issuers')) return [200, [{ ...one, issuer: `${ESCAPES}told` }]];
    return [200, { [plural]: path.includes('page=0') ? [one] : [] }];
  };
  const output = await against(answer, ['diff', folder, '--prune']);
  assert.match(output, /spoken[^]*told/);
  assert.doesNotMatch(output, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
});
