import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { after, describe, it } from 'node:test';
import { decodeProtectedHeader } from 'jose';
import { DEMO_AUDIENCE } from '../../deploy/local/seed.ts';
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

type Started = { npm: ChildProcess; all: Entry[]; kid: string | undefined };

const dataDir = temporaryDir();
let running: Started | undefined;
after(() => {
  for (const { pid } of running?.all ?? []) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
});

/** `npm start` as people type it, in a session of its own, until a token can be had. */
async function start(): Promise<Started> {
  const npm = spawn('npm', ['start', '--', '--port', '0', '--data', dataDir], {
    cwd: ROOT,
    env: { ...process.env, NATS_URL: '', MONGODB_URL: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await until(
    'the banner is there',
    () => {
      if (npm.exitCode !== null) throw new Error(`it ended:\n${output}`);
      return /^curl .*\n/m.test(output);
    },
    120_000,
  );
  const [, url = '', clientId = '', clientSecret = ''] =
    /^curl -sS (\S+)\/oauth\/token .*client_id=(\S+) .*client_secret=(\S+) /m.exec(output) ?? [];
  const { body } = await requestToken({ url, clientId, clientSecret, audience: DEMO_AUDIENCE });
  const all = [{ pid: npm.pid ?? 0, parent: 0, command: 'npm' }, ...descendantsOf(npm.pid ?? 0)];
  running = { npm, all, kid: decodeProtectedHeader(String(body.access_token)).kid };
  return running;
}

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
      await until('nothing of it is left', () => !all.some((entry) => isAlive(entry.pid)), 30_000);
      assert.deepEqual(processesOn(dataDir), []);
    });
  }

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
