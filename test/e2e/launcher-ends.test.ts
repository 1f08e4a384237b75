import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { decodeProtectedHeader } from 'jose';
import { DEMO_AUDIENCE } from '../../deploy/local/demo-audience.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { isAlive, processesOn, ROOT, temporaryDir } from './launcher-fixtures.ts';

// Whoever ends one process of `npm start`, by whatever signal, ends all of it, and the next start finds its data whole.

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

type Started = { npm: ChildProcess; all: Entry[]; kid: string | undefined; printed: string };

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
async function start(within: readonly string[] = [], command = ['npm', 'start', '--']): Promise<Started> {
  const [program, ...args] = [...within, ...command, '--port', '0', '--data', dataDir];
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
  const { body } = await requestToken({ url, clientId, clientSecret, audience: DEMO_AUDIENCE });
  const all = [{ pid: npm.pid ?? 0, parent: 0, command: program }, ...descendantsOf(npm.pid ?? 0)];
  running = { npm, all, printed, kid: decodeProtectedHeader(String(body.access_token)).kid };
  return running;
}

/** All of it is gone by then, on a machine that has little else to do. */
const WITHIN_MS = 30_000;

const LAUNCHER = /^\S*node \S*deploy\/local\/main\.ts /;
const WHO: Readonly<Record<string, (all: readonly Entry[]) => number | undefined>> = {
  npm: (all) => all[0]?.pid,
  'the process that npm starts': (all) => all[1]?.pid,
  'start.js': (all) =>
    all.filter(({ command }) => command.includes('deploy/local/start.js deploy/local/main.ts')).at(-1)?.pid,
  'the launcher': (all) => all.find(({ command }) => LAUNCHER.test(command))?.pid,
};

const CASES: readonly (readonly [who: keyof typeof WHO, signal: NodeJS.Signals])[] = [
  ['npm', 'SIGTERM'],
  ['npm', 'SIGHUP'],
  ['npm', 'SIGKILL'],
  ['the process that npm starts', 'SIGTERM'],
  ['the process that npm starts', 'SIGKILL'],
  ['start.js', 'SIGINT'],
  ['start.js', 'SIGKILL'],
  ['start.js', 'SIGQUIT'],
  ['the launcher', 'SIGHUP'],
  ['the launcher', 'SIGQUIT'],
  ['the launcher', 'SIGKILL'],
];

describe('npm start', () => {
  const kids = new Set<string | undefined>();

  for (const [who, signal] of CASES) {
    it(`ends wholly when ${who} gets ${signal}`, async () => {
      const { all, kid } = await start();
      kids.add(kid);
      const names = [
        /services\/gateway/,
        /services\/signer/,
        /sandbox\/main/,
        /\/nats-server /,
        /\/mongod /,
        /guardian-process/,
      ];
      for (const name of names)
        assert(
          all.some(({ command }) => name.test(command)),
          String(name),
        );
      const pid = WHO[who]?.(all);
      assert(pid !== undefined);
      process.kill(pid, signal);
      await until('nothing of it is left', () => !all.some((entry) => isAlive(entry.pid)), WITHIN_MS);
      assert.deepEqual(processesOn(dataDir), []);
    });
  }

  const noTerminal = spawnSync('python3', ['-c', 'import pty']).status === 0 ? false : 'no python3 with pty';
  it('ends wholly when its terminal is closed', { skip: noTerminal }, async () => {
    const { npm, all, kid } = await start(TERMINAL);
    kids.add(kid);
    npm.kill('SIGKILL');
    await until('nothing of it is left', () => !all.some((entry) => isAlive(entry.pid)), WITHIN_MS);
    assert.deepEqual(processesOn(dataDir), []);
  });

  // As a container's own command: npm would not wait for what it started.
  const noContainer =
    spawnSync(CONTAINER[0] ?? '', [...CONTAINER.slice(1), 'true']).status === 0 ? false : 'no namespaces';
  it('ends wholly, and in order, as process 1 that gets SIGTERM', { skip: noContainer }, async () => {
    const { all, kid } = await start(CONTAINER, ['node', 'deploy/local/start.js', 'deploy/local/main.ts']);
    kids.add(kid);
    const first = all.find(({ parent }) => parent === all[0]?.pid);
    assert(first !== undefined);
    process.kill(first.pid, 'SIGTERM');
    await until('nothing of it is left', () => !all.some((entry) => isAlive(entry.pid)), WITHIN_MS);
    assert.deepEqual(processesOn(dataDir), []);
    const log = readFileSync(join(dataDir, 'mongodb/mongod.log'), 'utf8').trimEnd().split('\n');
    assert.match(log.at(-1) ?? '', /"msg":"Shutting down"/);
  });

  it(
    'ends wholly when npm is process 1 and gets SIGTERM, and says what to start in its place',
    { skip: noContainer },
    async () => {
      const { all, kid, printed } = await start(CONTAINER);
      kids.add(kid);
      assert.match(printed, /^npm is process 1 here, and waits for nothing .* start node deploy\/local\/start\.js /m);
      const first = all.find(({ parent }) => parent === all[0]?.pid);
      assert(first !== undefined);
      process.kill(first.pid, 'SIGTERM');
      await until('nothing of it is left', () => !all.some((entry) => isAlive(entry.pid)), WITHIN_MS);
      assert.deepEqual(processesOn(dataDir), []);
    },
  );

  it('had the same key at each start: its data was whole', () => {
    assert.equal(kids.size, 1);
    assert(!kids.has(undefined));
  });

  it('is ended by the next start where the guardian was killed with the launcher', async () => {
    const { all } = await start();
    const guardian = all.find(({ command }) => command.includes('guardian-process'))?.pid;
    const launcher = WHO['the launcher']?.(all);
    assert(guardian !== undefined && launcher !== undefined);
    process.kill(guardian, 'SIGKILL');
    process.kill(launcher, 'SIGKILL');
    const servers = all.filter(({ command }) => /\/(?:nats-server|mongod) /.test(command)).map(({ pid }) => pid);
    await until('only the servers are left', () => all.every(({ pid }) => !isAlive(pid) || servers.includes(pid)));
    assert.deepEqual(servers.filter(isAlive), servers);
    const next = await start();
    assert.deepEqual(servers.filter(isAlive), []);
    process.kill(-(next.npm.pid ?? 0), 'SIGINT');
    await until('nothing is left', () => !next.all.some(({ pid }) => isAlive(pid)), 30_000);
  });
});
