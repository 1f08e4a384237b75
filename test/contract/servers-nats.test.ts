import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { spawnServer, type RunningServer, type ServerExit } from '../../deploy/local/servers/child-server.ts';
import { obtainNats } from '../../deploy/local/servers/nats-binary.ts';
import { startNats, type StartNatsOptions } from '../../deploy/local/servers/run-nats.ts';
import { processGroup, folderWithScript, temporaryDir } from './servers-fixtures.ts';

const running: RunningServer[] = [];
let binary: string;

async function start(options: Partial<StartNatsOptions> = {}): Promise<RunningServer> {
  const server = await startNats({ binary, dataDir: temporaryDir(), ...options });
  running.push(server);
  return server;
}

before(async () => {
  binary = (await obtainNats({ report: () => undefined })).path;
});
after(() => Promise.all(running.map((server) => server.stop())));

describe('nats-server', () => {
  it('keeps its streams over a restart on the same port', async () => {
    const dataDir = temporaryDir();
    const first = await start({ dataDir });
    assert.equal(first.url, `nats://127.0.0.1:${first.port}`);
    const nc = await connect({ servers: first.url, reconnect: false });
    await (await jetstreamManager(nc)).streams.add({ name: 'KEPT', subjects: ['kept'] });
    await nc.close();
    await first.stop();
    assert.deepEqual([first.process.exitCode, first.process.signalCode], [0, null]);

    const second = await start({ dataDir, port: first.port });
    const again = await connect({ servers: second.url, reconnect: false });
    assert.equal((await (await jetstreamManager(again)).streams.info('KEPT')).config.name, 'KEPT');
    await again.close();
  });

  it('obeys a configuration file that names environment variables', async () => {
    const configFile = join(temporaryDir(), 'nats.conf');
    const user = '{ user: svc, password: $SVC_PASSWORD, permissions: { publish: "ok.>" } }';
    writeFileSync(configFile, `port: 1\nauthorization { users: [ ${user} ] }\n`);
    const { url } = await start({ configFile, env: { SVC_PASSWORD: 'p4ss' } });
    await assert.rejects(connect({ servers: url, user: 'svc', pass: 'other', reconnect: false }), /Authorization/i);
    const nc = await connect({ servers: url, user: 'svc', pass: 'p4ss', reconnect: false });
    await assert.rejects(nc.request('forbidden.subject', '', { timeout: 1000 }), /Permissions Violation/i);
    await assert.rejects(nc.request('ok.subject', '', { timeout: 1000 }), /no responders/i);
    await nc.close();
  });

  it('takes one core where there are two at most', { skip: process.platform !== 'linux' }, async () => {
    const server = await start();
    const environment = readFileSync(`/proc/${String(server.process.pid)}/environ`, 'utf8').split('\0');
    assert.equal(environment.includes('GOMAXPROCS=1'), availableParallelism() <= 2);
  });

  it('names the port when it is taken', async (t) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    t.after(() => other.close());
    const { port } = other.address() as { port: number };
    await assert.rejects(start({ port }), {
      name: 'ServerStartError',
      code: 'PORT_TAKEN',
      message: `nats-server cannot start: port ${port} on 127.0.0.1 is already taken.`,
    });
  });

  it('says why it does not start', async () => {
    const dir = temporaryDir();
    const configFile = join(dir, 'broken.conf');
    writeFileSync(configFile, 'authorization { users: [');
    await assert.rejects(start({ configFile }), {
      code: 'START_FAILED',
      message: /exit code 1.*Parse error on line 1/,
    });
    await assert.rejects(start({ binary: join(dir, 'none') }), { code: 'START_FAILED', message: /ENOENT/ });
    await assert.rejects(start({ dataDir: join(configFile, 'data') }), {
      code: 'DATA_DIR_UNUSABLE',
      message: `nats-server cannot use ${join(configFile, 'data')} as its data folder: there is a file with this name.`,
    });
  });

  it('reports an exit that nobody asked for, and only that', async () => {
    const exits: ServerExit[] = [];
    const onExit = (exit: ServerExit) => exits.push(exit);
    const stopped = await start({ onExit });
    await stopped.stop();
    const killed = await start({ onExit });
    killed.process.kill('SIGKILL');
    await killed.stop();
    assert.equal(exits.length, 0, 'stop() had been called by then');

    const crashed = await start({ onExit });
    const gone = new Promise((resolve) => crashed.process.once('exit', resolve));
    crashed.process.kill('SIGKILL');
    await gone;
    await new Promise(setImmediate);
    assert.deepEqual(
      exits.map(({ signal }) => signal),
      ['SIGKILL'],
    );
    assert.match(exits[0]?.lastLines ?? '', /Server is ready/);
  });

  it('is in a process group of its own', { skip: process.platform !== 'linux' }, async () => {
    const { process: child } = await start();
    assert.equal(processGroup(child.pid ?? 0), child.pid);
  });
});

describe('a server that ignores SIGINT', () => {
  it('is killed when its grace is over', async (t) => {
    const dir = folderWithScript('stubborn', 'trap "" INT; echo up; while :; do sleep 0.05; done');
    const child = spawnServer({
      name: 'stubborn',
      binary: join(dir, 'stubborn'),
      args: [],
      env: process.env,
      logFile: join(dir, 'stubborn.log'),
      stopGraceMs: 200,
    });
    t.after(() => child.stop());
    while (!child.log().includes('up')) {
      assert.equal(child.exit(), undefined, 'it does not run');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await Promise.all([child.stop(), child.stop()]);
    assert.equal(child.exit()?.signal, 'SIGKILL');
  });
});
