import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { decodeProtectedHeader } from 'jose';
import { DEMO_AUDIENCE } from '../../deploy/local/demo-audience.ts';
import { isAlive, processesOn, ROOT, temporaryDir } from '../e2e/launcher-fixtures.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';

// Whoever ends a process of `npm start` that people see, by whatever signal, ends all of it within 10 s, and the next start finds the data whole.
// What it has started is started again, whatever signal it gets. Each test begins with the start after the end of the one before.

type Entry = { pid: number; parent: number; command: string };

function processTable(): Entry[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid=,command='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

function descendantsOf(root: number): Entry[] {
  const table = processTable();
  const below = (parent: number): Entry[] =>
    table.filter((entry) => entry.parent === parent).flatMap((entry) => [entry, ...below(entry.pid)]);
  return below(root);
}

type Started = { npm: ChildProcess; all: Entry[]; printed: () => string; token: () => Promise<string | undefined> };

const dataDir = temporaryDir();
let running: Started | undefined;
after(() => {
  for (const { pid } of running?.all ?? []) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
});

/** A terminal window: it shows what the program prints, and is gone when it is killed. */
const TERMINAL = [
  'python3',
  '-c',
  `import os, pty, sys
pid, terminal = pty.fork()
if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
while True:
    try: text = os.read(terminal, 65536)
    except OSError: break
    if not text: break
    os.write(1, text)`,
];
/** Its first process is process 1, as in a container. */
const CONTAINER = ['unshare', '--pid', '--fork', '--mount-proc'];

/** `npm start` as people type it, in a session of its own, until a token can be had. */
async function start(
  within: readonly string[] = [],
  command: readonly string[] = ['npm', 'start', '--'],
): Promise<Started> {
  const line: readonly string[] = [...within, ...command, '--port', '0', '--no-console', '--data', dataDir];
  const [program = '', ...args] = line;
  const npm = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, NATS_URL: '', MONGODB_URL: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let printed = '';
  for (const stream of [npm.stdout, npm.stderr])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString().replaceAll('\r', '')));
  await until(
    'the banner is there',
    () => {
      if (npm.exitCode !== null) throw new Error(`it ended:\n${printed}`);
      return /^curl .*\n/m.test(printed);
    },
    120_000,
  );
  const [, url = '', clientId = '', clientSecret = ''] =
    /^curl -sS (\S+)\/oauth\/token .*client_id=(\S+) .*client_secret=(\S+) /m.exec(printed) ?? [];
  const root = npm.pid ?? 0;
  running = {
    npm,
    all: [{ pid: root, parent: 0, command: program }, ...descendantsOf(root)],
    printed: () => printed,
    // The key that signed it; nothing where there was no token.
    token: async () => {
      const { body } = await requestToken({ url, clientId, clientSecret, audience: DEMO_AUDIENCE });
      return typeof body.access_token === 'string' ? decodeProtectedHeader(body.access_token).kid : undefined;
    },
  };
  return running;
}

/** What is promised of every end. */
const WITHIN_MS = 10_000;

/** Whatever was the end, the servers were ended in order. */
async function isGone({ all }: Started): Promise<void> {
  const beganMs = performance.now();
  await until('nothing of it is left', () => !all.some((entry) => isAlive(entry.pid)), WITHIN_MS);
  process.stdout.write(`faults: all of npm start ended in ${((performance.now() - beganMs) / 1_000).toFixed(1)} s\n`);
  assert.deepEqual(processesOn(dataDir), []);
  const log = readFileSync(join(dataDir, 'mongodb/mongod.log'), 'utf8').trimEnd().split('\n');
  assert.match(log.at(-1) ?? '', /"msg":"Shutting down"/);
}

const LAUNCHER = /^\S*node \S*deploy\/local\/main\.ts /;
/** Those that people see, from the first on. npm starts `start.js` without a shell between the two. */
const CHAIN: Readonly<Record<string, (all: readonly Entry[]) => Entry | undefined>> = {
  npm: ([first]) => first,
  'start.js': ([npm, ...all]) =>
    all.find(({ parent, command }) => parent === npm?.pid && command.includes('deploy/local/start.js')),
  'the launcher': (all) => all.find(({ command }) => LAUNCHER.test(command)),
};
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGKILL'] as const;
const ENDS = Object.keys(CHAIN).flatMap((who) => SIGNALS.map((signal) => ({ who, signal })));

const SERVICES = {
  gateway: /services\/gateway\/main/,
  signer: /services\/signer\/main/,
  management: /services\/management\/main/,
  'hook-executor': /services\/hook-executor\/main/,
};
const SERVERS = { 'nats-server': /\/nats-server /, mongod: /\/mongod / };
/** What gets a signal before the end: in ten of the starts either the services or the servers, so that each has had each signal. */
const BEFORE = SIGNALS.flatMap((signal) => [SERVICES, SERVERS].map((names) => ({ names, signal })));

/** A signal to each of these; resolves when others are in the place of those that it ended, and tokens are issued. */
async function startsAgain(started: Started, names: Record<string, RegExp>, signal: NodeJS.Signals): Promise<void> {
  const again = Object.entries(names).map(async ([name, command]) => {
    const pid = started.all.find((entry) => command.test(entry.command))?.pid;
    assert(pid !== undefined, name);
    const timesBack = (): number => started.printed().split(`hookmint: ${name} is back`).length;
    const before = timesBack();
    process.kill(pid, signal);
    // It reads its configuration anew, and goes on.
    if (name === 'nats-server' && signal === 'SIGHUP') return;
    await until(`${name} is started again`, () => timesBack() > before);
    assert(!isAlive(pid), name);
  });
  await Promise.all(again);
  await until('tokens are issued', async () => (await started.token().catch(() => undefined)) !== undefined);
  started.all = [...started.all.slice(0, 1), ...descendantsOf(started.npm.pid ?? 0)];
}

describe('npm start', () => {
  const kids = new Set<string | undefined>();

  async function startAndToken(...of: Parameters<typeof start>): Promise<Started> {
    const started = await start(...of);
    kids.add(await started.token());
    return started;
  }

  for (const [index, { who, signal }] of ENDS.entries()) {
    const before = BEFORE[index];
    const what = before === undefined ? '' : `, after ${Object.keys(before.names).join(', ')} had ${before.signal}`;
    it(`ends wholly when ${who} gets ${signal}${what}`, async () => {
      const started = await startAndToken();
      for (const name of [...Object.values({ ...SERVICES, ...SERVERS }), /sandbox\/main/, /guardian-process/]) {
        assert(
          started.all.some(({ command }) => name.test(command)),
          String(name),
        );
      }
      if (before !== undefined) await startsAgain(started, before.names, before.signal);
      const pid = CHAIN[who]?.(started.all)?.pid;
      assert(pid !== undefined);
      process.kill(pid, signal);
      await isGone(started);
    });
  }

  const noTerminal = spawnSync('python3', ['-c', 'import pty']).status === 0 ? false : 'no python3 with pty';
  it('ends wholly when its terminal is closed', { skip: noTerminal }, async () => {
    const started = await startAndToken(TERMINAL);
    started.npm.kill('SIGKILL');
    await isGone(started);
  });

  const noContainer =
    spawnSync(CONTAINER[0] ?? '', [...CONTAINER.slice(1), 'true']).status === 0 ? false : 'no namespaces';
  for (const [what, command] of [
    ['node deploy/local/start.js', ['node', 'deploy/local/start.js', 'deploy/local/main.ts']],
    ['npm', undefined],
  ] as const) {
    it(`ends wholly, and in order, when ${what} is process 1 and gets SIGTERM`, { skip: noContainer }, async () => {
      const started = await startAndToken(CONTAINER, command);
      const { all } = started;
      const first = all.find(({ parent }) => parent === all[0]?.pid);
      assert(first !== undefined);
      process.kill(first.pid, 'SIGTERM');
      await isGone(started);
    });
  }

  it('had the same key at each start: the data was whole', () => {
    assert.equal(kids.size, 1);
    assert(!kids.has(undefined));
  });

  it('is ended by the next start where the guardian was killed with the launcher', async () => {
    const { all } = await start();
    const guardian = all.find(({ command }) => command.includes('guardian-process'))?.pid;
    const launcher = CHAIN['the launcher']?.(all)?.pid;
    assert(guardian !== undefined && launcher !== undefined);
    process.kill(guardian, 'SIGKILL');
    process.kill(launcher, 'SIGKILL');
    const servers = all.filter(({ command }) => /\/(?:nats-server|mongod) /.test(command)).map(({ pid }) => pid);
    await until('only the servers are left', () => all.every(({ pid }) => !isAlive(pid) || servers.includes(pid)));
    assert.deepEqual(servers.filter(isAlive), servers);
    const next = await start();
    assert.deepEqual(servers.filter(isAlive), []);
    // As Ctrl-C: to all that the terminal has in its foreground.
    process.kill(-(next.npm.pid ?? 0), 'SIGINT');
    await isGone(next);
  });
});
