import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { canary } from '../support/canary.ts';

// A server that is not what it says, or was taken over: what it can have of the caller's credentials, memory and time.

const folder = mkdtempSync(join(tmpdir(), 'hookmint-cli-servers-'));
after(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'tenant.json'), '{"default_audience":"x"}');

const CLI = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const WITHIN_MS = 120_000;
const clientSecret = canary('client-secret');
const accessToken = canary('access-token');

async function serve(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, server };
}

async function end(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** Runs the CLI; `code` is `null` where it does not end. */
async function hookmint(args: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, ['--no-node-snapshot', '--max-old-space-size=600', CLI, ...args], {
    env: { ...process.env, AUTH0_DOMAIN: '', HOOKMINT_ACCESS_TOKEN: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: WITHIN_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

const byToken = { HOOKMINT_ACCESS_TOKEN: accessToken };
const byClient = { HOOKMINT_CLIENT_ID: 'c', HOOKMINT_CLIENT_SECRET: clientSecret };

describe('a redirect', { concurrency: 2 }, () => {
  const COMMANDS: readonly (readonly [what: string, args: string[], env: Record<string, string>])[] = [
    ['of the token endpoint', ['hook', 'list'], byClient],
    ['of a read', ['hook', 'list'], byToken],
    ['of what an import reads', ['diff', folder], byToken],
  ];
  for (const status of [301, 302, 303, 307, 308]) {
    for (const [what, args, env] of COMMANDS) {
      it(`${String(status)} ${what} is told and not followed`, async () => {
        const heard: string[] = [];
        const thief = await serve((request, response) => {
          heard.push(`${request.method ?? ''} ${request.url ?? ''}`);
          response.writeHead(200, { 'content-type': 'application/json' }).end('{"access_token":"x"}');
        });
        const hookmintServer = await serve((request, response) => {
          response.writeHead(status, { location: `${thief.url}${request.url ?? ''}` }).end();
        });
        const { code, output } = await hookmint(args, { HOOKMINT_URL: hookmintServer.url, ...env });
        await Promise.all([end(thief.server), end(hookmintServer.server)]);
        assert.deepEqual(heard, []);
        assert.match(
          output,
          new RegExp(`^hookmint: ${hookmintServer.url} answers with a redirect to ${thief.url}, which is not`),
        );
        assert.equal(code, 2);
      });
    }
  }

  it('on the same server is not followed either', async () => {
    const paths: string[] = [];
    const { url, server } = await serve((request, response) => {
      paths.push(request.url ?? '');
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    const { code } = await hookmint(['hook', 'list'], { HOOKMINT_URL: url, ...byToken });
    await end(server);
    assert.equal(code, 2);
    assert(!paths.includes('/elsewhere'), paths.join(' '));
  });
});

describe('an answer', { concurrency: 2 }, () => {
  const ANSWERS: readonly (readonly [what: string, listener: RequestListener, told: RegExp])[] = [
    [
      'without an end',
      (_, response) => {
        response.writeHead(200);
        const more = (): void => {
          while (!response.destroyed && response.write(' '.repeat(1_000_000)));
          if (!response.destroyed) response.once('drain', more);
        };
        more();
      },
      /answers with more than \d+ bytes/,
    ],
    [
      'without an end, to what was refused',
      (_, response) => {
        response.writeHead(400);
        const more = (): void => {
          while (!response.destroyed && response.write('x'.repeat(1_000_000)));
          if (!response.destroyed) response.once('drain', more);
        };
        more();
      },
      /answers with more than \d+ bytes/,
    ],
    ['of many levels', (_, response) => response.end('['.repeat(500_000) + ']'.repeat(500_000)), /levels of JSON/],
    ['that is not JSON', (_, response) => response.end('<html>'), /did not answer with JSON/],
    [
      'that has ever another page',
      (_, response) =>
        response.end(JSON.stringify(Array.from({ length: 100 }, () => ({ id: 'x', name: 'x', enabled: false })))),
      /more than \d+ pages of hooks/,
    ],
  ];
  for (const [what, listener, told] of ANSWERS) {
    it(`${what} ends the command with a word`, async () => {
      const { url, server } = await serve(listener);
      const { code, output } = await hookmint(['hook', 'list'], { HOOKMINT_URL: url, ...byToken });
      await end(server);
      assert.match(output, told);
      assert.doesNotMatch(output, /^ {4}at /m);
      assert.equal(code, 2);
    });
  }

  it('that names a time to wait is waited for at most a minute, and not at all where the time makes no sense', async () => {
    let calls = 0;
    const { url, server } = await serve((_, response) => {
      calls++;
      response.writeHead(429, { 'retry-after': calls === 1 ? 'Fri, 31 Dec 2999 23:59:59 GMT' : '-5' }).end('{}');
    });
    const { code } = await hookmint(['hook', 'list'], { HOOKMINT_URL: url, ...byToken });
    await end(server);
    assert.equal(code, 2);
    assert.equal(calls, 5);
  });
});
