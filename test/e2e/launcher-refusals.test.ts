import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { startNatsWithoutJetStream } from '../contract/bus-fixtures.ts';
import { openSmallDisk } from '../faults/small-disk.ts';
import { processesOn, runLauncher, temporaryDir } from './launcher-fixtures.ts';

/** The launcher ends with one sentence on stderr, exit code 1, and nothing left running. */
async function assertRefused(
  sentence: RegExp,
  args: string[],
  { env = {}, dataDir = temporaryDir() }: { env?: Record<string, string>; dataDir?: string } = {},
): Promise<void> {
  const { code, stderr, stdout, ms } = await runLauncher(['--port', '0', ...args], { env, dataDir });
  assert.match(stderr, /^hookmint: [^\n]+\n$/, 'one sentence');
  assert.match(stderr, sentence);
  assert.equal(code, 1);
  assert(!stdout.includes('curl'), stdout);
  assert.deepEqual(processesOn(dataDir), []);
  // It waits half a minute for no server.
  assert(ms < 25_000, `after ${String(ms)} ms`);
}

describe('npm start', { concurrency: 2 }, () => {
  it('--help says all that it takes', async () => {
    const { code, stdout, stderr } = await runLauncher(['--help']);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    for (const said of [
      '--hook FILE',
      '--port N',
      '--data DIR',
      '--executors N',
      '--help',
      'NATS_URL',
      'MONGODB_URL',
    ]) {
      assert(stdout.includes(said), said);
    }
  });

  it('refuses a port that is no number', async () => {
    await assertRefused(/^hookmint: --port must be a number from 0 to 65535, not "abc"\.$/m, ['--port', 'abc']);
    await assertRefused(/not "65536"/, ['--port', '65536']);
  });

  it('refuses a number of executors that is none', async () => {
    await assertRefused(/^hookmint: --executors must be a number from 0 to 16, not "many"\.$/m, [
      '--executors',
      'many',
    ]);
  });

  it('refuses an option that it does not know', async () => {
    await assertRefused(/^hookmint: Unknown option '--nonsense'.*See npm start -- --help\.$/m, ['--nonsense']);
  });

  it('names the -- that is missing, where npm took an option for itself', async () => {
    // As npm 11 runs it for: npm start --port 0
    const env = { npm_command: 'start', npm_lifecycle_event: 'start', npm_config_port: 'true' };
    const { code, stderr } = await runLauncher(['0'], { env });
    assert.deepEqual(
      [code, stderr],
      [1, 'hookmint: npm took --port for itself: write -- before the options, as in npm start -- --port.\n'],
    );
  });

  it('refuses a port that is taken', async (t) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    t.after(() => other.close());
    const { port } = other.address() as { port: number };
    await assertRefused(
      new RegExp(`^hookmint: Port ${String(port)} cannot be used \\(.*EADDRINUSE.*\\)\\. Choose another with --port N`),
      ['--port', String(port)],
    );
  });

  it('refuses a hook that is not there, is empty, or does not compile', async () => {
    const dir = temporaryDir();
    const missing = join(dir, 'missing.js');
    await assertRefused(/^hookmint: The hook \S+missing\.js cannot be read: ENOENT/, ['--hook', missing]);
    writeFileSync(join(dir, 'empty.js'), ' \n');
    await assertRefused(/^hookmint: The hook \S+empty\.js is empty\.$/m, ['--hook', join(dir, 'empty.js')]);
    writeFileSync(join(dir, 'broken.js'), 'module.exports = function (client) {\n  return 1 +* 2;\n};\n');
    await assertRefused(/^hookmint: The hook does not compile: Unexpected "\*" at \S+broken\.js:2:13$/m, [
      '--hook',
      join(dir, 'broken.js'),
    ]);
    writeFileSync(join(dir, 'again.js'), '\nclass InvalidScopeError extends Error {}\nmodule.exports = () => {};\n');
    await assertRefused(/'InvalidScopeError' has already been declared at \S+again\.js:2:1$/m, [
      '--hook',
      join(dir, 'again.js'),
    ]);
    // Known only when it has been built.
    writeFileSync(join(dir, 'group.js'), "require('path');\nmodule.exports = () => /(?<a>.)(?<a>.)/;\n");
    await assertRefused(/^hookmint: The hook does not compile: .*Duplicate capture group name at \S+group\.js:2:24$/m, [
      '--hook',
      join(dir, 'group.js'),
    ]);
  });

  it('refuses a data folder that cannot be written', async () => {
    const file = join(temporaryDir(), 'file');
    writeFileSync(file, '');
    await assertRefused(
      /^hookmint: The data folder \S+ cannot be used: ENOTDIR.*\. Choose another with --data DIR\.$/m,
      [],
      {
        dataDir: join(file, 'data'),
      },
    );
  });

  it('names a variable that does nothing, and the one that was meant', async () => {
    const env = { HOOKMINT_STREAM_REPLICA: '3', HOOKMINT_ISSUER: 'https://x.example/', HOOKMINT_STREAM_REPLICAS: 'x' };
    const { code, stderr } = await runLauncher(['--port', '0'], {
      env: { ...env, NATS_URL: 'nats://127.0.0.1:9' },
    });
    assert.equal(
      stderr,
      'hookmint: HOOKMINT_ISSUER has no effect on npm start.\n' +
        'hookmint: HOOKMINT_STREAM_REPLICA has no effect on npm start; did you mean HOOKMINT_STREAM_REPLICAS?\n' +
        'hookmint: HOOKMINT_STREAM_REPLICAS must be a number from 1 to 5.\n',
    );
    assert.equal(code, 1);
  });

  it('refuses a data folder where the system makes none, instead of waiting for it', async () => {
    for (const dataDir of ['/proc/x', '/proc/x/y', '/dev/null/x', '/sys/hookmint'])
      await assertRefused(
        /^hookmint: The data folder \S+ cannot be used: [A-Z]+: .*\. Choose another with --data DIR\.$/m,
        [],
        { dataDir },
      );
  });

  it('refuses secrets that are damaged, rather than making new ones', async () => {
    const dataDir = temporaryDir();
    mkdirSync(dataDir, { recursive: true });
    for (const content of ['{"client_secret_key": ', '{}']) {
      writeFileSync(join(dataDir, 'secrets.json'), content);
      await assertRefused(
        /^hookmint: \S+secrets\.json is damaged; restore it, or start with another --data folder\.$/m,
        [],
        {
          dataDir,
        },
      );
    }
  });

  it('refuses a data folder that is not whole, and changes nothing in it', async () => {
    const folder = (files: Record<string, string>): string => {
      const dataDir = temporaryDir();
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(dataDir, path)), { recursive: true });
        writeFileSync(join(dataDir, path), content);
      }
      return dataDir;
    };
    const filesIn = (dataDir: string): string[] =>
      readdirSync(dataDir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => entry.name)
        .sort();
    const mark = (format: number) => JSON.stringify({ hookmint: '9.9.9', format, servers: ['mongodb', 'nats'] });
    for (const [files, sentence] of [
      [
        { 'mongodb/WiredTiger': 'x' },
        /it has mongodb, but no secrets\.json, which holds their keys\. Restore it from a backup/,
      ],
      [{ 'mongodb/x': 'x', 'nats/x': 'x' }, /it has mongodb and nats, but no secrets\.json/],
      [{ 'secrets.json': '{}', 'data-folder.json': mark(1), 'nats/x': 'x' }, /is not whole: mongodb is missing\./],
      [{ 'secrets.json': '{}', 'data-folder.json': mark(1), 'mongodb/x': 'x' }, /is not whole: nats is missing\./],
      [
        { 'secrets.json': '{"of": "tomorrow"}', 'data-folder.json': mark(2) },
        /is one of hookmint 9\.9\.9; this is \d+\.\d+\.\d+, which cannot read it\./,
      ],
    ] as const) {
      const dataDir = folder(files);
      const before = filesIn(dataDir);
      await assertRefused(sentence, [], { dataDir });
      assert.deepEqual(filesIn(dataDir), before);
    }
  });

  it('says how much room a new data folder needs where there is less, before it writes any of it', async (t) => {
    const disk = await openSmallDisk(409_600);
    t.after(() => disk.close());
    const dataDir = join(disk.path, 'data');
    await assertRefused(/has 4\d\d MB free; a new data folder needs 629 MB\. Make room, or choose another/, [], {
      dataDir,
    });
    assert.deepEqual(readdirSync(dataDir), []);
  });

  it('names a NATS_URL where no server is', async () => {
    await assertRefused(
      /^hookmint: No NATS server could be used at NATS_URL=nats:\/\/127\.0\.0\.1:9: connection refused\.$/m,
      [],
      {
        env: { NATS_URL: 'nats://user:p4ss@127.0.0.1:9' },
      },
    );
  });

  it('names a MONGODB_URL where no server is, without its password', async () => {
    await assertRefused(
      /^hookmint: No MongoDB server could be used at MONGODB_URL=mongodb:\/\/127\.0\.0\.1:9\/: connect ECONNREFUSED 127\.0\.0\.1:9\.$/m,
      [],
      { env: { MONGODB_URL: 'mongodb://user:p4ss@127.0.0.1:9/' } },
    );
  });

  it('names a NATS_URL whose server has no JetStream', async (t) => {
    const server = await startNatsWithoutJetStream();
    t.after(() => server.stop());
    await assertRefused(
      /^hookmint: The NATS server cannot keep the stream \w+: .*Start it with JetStream \(-js\)\.$/m,
      [],
      {
        env: { NATS_URL: server.url },
      },
    );
  });
});
