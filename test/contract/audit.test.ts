import './quiet.ts';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { judge } from '../../deploy/audit/judge.ts';
import { temporaryDir } from './servers-fixtures.ts';

// npm itself, against a registry that knows of advisories, or of none, or has no such service.

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BULK = '/-/npm/v1/security/advisories/bulk';
const ID = 'GHSA-aaaa-bbbb-cccc';
const REASON = 'only what the CLI reads from its own files';

const ADVISORY = {
  id: 1,
  url: `https://github.com/advisories/${ID}`,
  title: 'Ids can be guessed',
  severity: 'high',
  vulnerable_versions: '*',
  cwe: [],
  cvss: { score: 0, vectorString: null },
};

type Registry = { advisories: Record<string, unknown[]> } | { status: number };

async function audit(registry: Registry, exceptions: object[], ...args: string[]): Promise<[number | null, string]> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      if (request.url !== BULK) response.writeHead(404).end('{}');
      else if ('status' in registry) response.writeHead(registry.status).end();
      else response.setHeader('content-type', 'application/json').end(JSON.stringify(registry.advisories));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const file = join(temporaryDir(), 'exceptions.json');
  writeFileSync(file, JSON.stringify(exceptions));
  const npm_config_registry = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  const child = spawn(process.execPath, ['deploy/audit/main.ts', '--exceptions', file, ...args], {
    cwd: ROOT,
    env: { ...process.env, npm_config_registry, npm_config_cache: temporaryDir() },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  try {
    const output = await text(child.stdout);
    return [await ended, output];
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

describe('npm run audit', { concurrency: 2 }, () => {
  const known: Registry = { advisories: { ulid: [ADVISORY], prettier: [{ ...ADVISORY, id: 2 }] } };
  const accepted = { advisory: ID, package: 'ulid', reason: REASON, until: '9999-12-31' };

  it('fails for an advisory that nobody has explained, but not of what development alone needs', async () => {
    const [code, output] = await audit(known, []);
    assert.equal(code, 1);
    assert.equal(output, `high: ulid: Ids can be guessed (${ID})\n1 known advisories, 0 accepted\n`);
  });

  it('passes for one that is accepted', async () => {
    assert.deepEqual(await audit(known, [accepted]), [0, '1 known advisories, 1 accepted\n']);
  });

  it('says so where advisories cannot be asked for, and passes only when told to', async () => {
    const [code, output] = await audit({ status: 405 }, []);
    assert.equal(code, 2);
    assert.match(output, /^NOT CHECKED for known advisories: 405/);
    const where = await audit({ status: 405 }, [], '--where-possible');
    assert.equal(where[0], 0);
    assert.match(where[1], /^NOT CHECKED/);
  });

  it('accepts an advisory until a day, of one package, and as long as it is there', () => {
    const advisory = { id: ID, name: 'ulid', title: ADVISORY.title, severity: 'high' };
    assert.deepEqual(judge([], [], '2026-01-01'), []);
    assert.deepEqual(judge([advisory], [{ ...accepted, until: '2026-01-01' }], '2026-01-01'), []);
    assert.deepEqual(judge([advisory], [{ ...accepted, until: '2026-01-01' }], '2026-01-02'), [
      `${ID} of ulid was accepted until 2026-01-01: review it`,
    ]);
    const notNeeded = (name: string): string =>
      `${ID} of ${name} is accepted but does not occur any more: remove it from exceptions.json`;
    assert.deepEqual(judge([], [accepted], '2026-01-01'), [notNeeded('ulid')]);
    assert.deepEqual(judge([advisory], [{ ...accepted, package: 'jose' }], '2026-01-01'), [
      `high: ulid: Ids can be guessed (${ID})`,
      notNeeded('jose'),
    ]);
  });
});
