import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { canary } from '../support/canary.ts';
import { CLI_PROGRAM } from '../support/cli-program.ts';

// A server that is not what it says, or was taken over: what it can have of the caller's credentials, memory and time.

const folder = mkdtempSync(join(tmpdir(), 'hookmint-cli-servers-'));
after(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'tenant.json'), '{"default_audience":"x"}');
const hookFile = join(folder, 'hook.js');
writeFileSync(hookFile, 'module.exports = (client, scope, audience, context, cb) => cb(null, { scope });');
const customizerFile = join(folder, 'customizer.json');
writeFileSync(customizerFile, JSON.stringify({ script: 'const getCustomJwtClaims = async () => ({ plan: "full" });' }));

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
async function hookmint(args: readonly string[], env: Record<string, string>) {
  const child = spawn(process.execPath, ['--max-old-space-size=600', ...CLI_PROGRAM, ...args], {
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

  it('of another shape ends every command with one line that names the server and what is wrong', async () => {
    const hook = { id: 'h', name: 'hook', enabled: true };
    const entry = { number: 2, revision: 'r2', created_at: 'now', created_by: null, current: true, draft: false };
    const revisions = [entry, { ...entry, number: 1, revision: 'r1', current: false }];
    /** What hookmint answers, so that a command comes as far as the answer that is wrong. */
    const RIGHT: readonly (readonly [path: RegExp, answer: unknown])[] = [
      [/^GET \/api\/v2\/hooks\?/, [hook]],
      [/^GET \/api\/v2\/hooks\/h\/revisions$/, { revisions }],
    ];
    const COMMANDS: readonly (readonly [args: readonly string[], knows: number])[] = [
      ...[0, 1].map((knows) => [['hook', 'list'], knows] as const),
      ...[0, 1, 2].map((knows) => [['hook', 'enable', 'hook'], knows] as const),
      ...[0, 2].map((knows) => [['hook', 'disable', 'hook'], knows] as const),
      ...[0, 1, 2].map((knows) => [['hook', 'rollback', 'hook'], knows] as const),
      ...[0, 1, 2].map((knows) => [['hook', 'diff', 'hook'], knows] as const),
      ...[0, 1, 2].map((knows) => [['hook', 'try', 'hook'], knows] as const),
      ...[0, 1].map((knows) => [['hook', 'deploy', hookFile], knows] as const),
      [['hook', 'deploy', hookFile, '--draft'], 1],
      ...[0, 1].map((knows) => [['hook', 'logs', 'hook'], knows] as const),
      ...[0, 1].map((knows) => [['import', customizerFile, '--from', 'logto', '--name', 'hook'], knows] as const),
      ...['import', 'apply', 'diff'].map((command) => [[command, folder], 0] as const),
      [['export', join(folder, 'out')], 0],
      [['console'], 0],
      [['token', '--audience', 'x'], 0],
      [['tokens'], 0],
      [['tokens', '--live'], 0],
      [['trust', 'add', 'github', 'acme/x', '--client', 'c'], 0],
    ];
    /** By the path of its address, a server that answers rightly as often as said. */
    const { url, server } = await serve((request, response) => {
      const [, knows = '', path = ''] = /^\/(\d)(\/.*)/.exec(request.url ?? '') ?? [];
      const asked = `${request.method ?? ''} ${path}`;
      const [, right] = RIGHT.slice(0, Number(knows)).find(([one]) => one.test(asked)) ?? [];
      response.end(`${JSON.stringify(right ?? [{}])}\n`);
    });
    const told = async ([args, knows]: (typeof COMMANDS)[number]): Promise<void> => {
      const at = `${url}/${String(knows)}/`;
      const { code, output } = await hookmint(args, { HOOKMINT_URL: at, ...byToken, ...byClient });
      const last = output.trimEnd().split('\n').at(-1) ?? '';
      const label = `${args.join(' ')}: ${output}`;
      assert.ok(last.startsWith(`hookmint: ${at}`), label);
      assert.match(last, /with something else than hookmint does|with status 200 and no token/, label);
      assert.doesNotMatch(output, /^ +at |Error\b/m, label);
      assert.equal(code, 2, label);
    };
    try {
      const waiting = [...COMMANDS];
      const work = async (): Promise<void> => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await told(next);
      };
      await Promise.all([work(), work(), work()]);
    } finally {
      await end(server);
    }
  });

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
