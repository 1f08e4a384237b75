import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';

// docs/port-a-script.md: each block of hookmint's is a file that runs, and makes the tokens that the cases after it have.

const ROOT = join(import.meta.dirname, '../..');
const CLI = join(ROOT, 'cli/hookmint.js');
const PAGE = readFileSync(join(ROOT, 'docs/port-a-script.md'), 'utf8');
const BLOCK = /^```js hookmint\n(?<code>.*?)^```$(?<after>.*?)(?=^```|^## |(?![^]))/gms;
const CASE = /^<!-- case (?<json>\{.*\}) -->$/gm;

const folder = mkdtempSync(join(tmpdir(), 'hookmint-port-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The directory that the page's code asks. */
const server = createServer(({ url }, response) => {
  if (url === '/c1') response.end(JSON.stringify({ tier: 'gold' }));
  else response.writeHead(404).end();
});
before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
after(() => {
  server.close().closeAllConnections();
});

const blocks = [...PAGE.matchAll(BLOCK)].map(({ groups }) => ({
  code: groups?.code ?? '',
  cases: [...(groups?.after ?? '').matchAll(CASE)].map((found) => found.groups?.json ?? ''),
}));

describe('docs/port-a-script.md', () => {
  it('has cases for each block, and no case that belongs to none', () => {
    assert.deepEqual(
      blocks.map(({ cases }) => cases.length > 0),
      blocks.map(() => true),
    );
    assert.equal(blocks.length, PAGE.match(/^```js hookmint$/gm)?.length);
    assert.equal(blocks.flatMap(({ cases }) => cases).length, PAGE.match(/^<!-- case/gm)?.length);
  });

  it('has code that makes the tokens of its cases', async () => {
    const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    for (const [number, { code, cases }] of blocks.entries()) {
      const hook = `${String(number)}.js`;
      writeFileSync(join(folder, hook), code);
      for (const [index, json] of cases.entries()) {
        const one = JSON.parse(json.replaceAll('"SERVER"', JSON.stringify(origin))) as object;
        const file = `${String(number)}-${String(index)}.case.json`;
        writeFileSync(join(folder, file), JSON.stringify({ hook, ...one }));
      }
    }
    const ran = await promisify(execFile)(process.execPath, [CLI, 'hook', 'test', folder]).catch(
      (error: unknown) => error,
    );
    const { stdout } = ran as { stdout: string };
    const count = blocks.flatMap(({ cases }) => cases).length;
    assert.match(stdout, new RegExp(`^${String(count)} passed, 0 failed$`, 'm'), stdout);
  });
});
