// The first step of `npm start`, `npm test` and the rest: plain JavaScript for whatever Node the machine has (20 or newer).
// Installs the dependencies when they are missing or not those of the lockfile, then runs the script it is given on the Node that came
// with them.
//   node deploy/local/start.js SCRIPT [ARGUMENT ...]
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const REQUIRED_NODE_MAJOR = 26;
const root = fileURLToPath(new URL('../../', import.meta.url));
const installedMark = `${root}node_modules/.hookmint-lockfile-sha256`;

function lockfileHash() {
  return createHash('sha256')
    .update(readFileSync(`${root}package-lock.json`))
    .digest('hex');
}

function ensureInstalled() {
  const hash = lockfileHash();
  if (existsSync(installedMark) && readFileSync(installedMark, 'utf8') === hash) return;
  process.stderr.write('Installing dependencies (npm ci) ...\n');
  // `npm run` tells where npm is; without it, the one on the PATH serves. The output of npm is shown only if it fails.
  const npm = process.env.npm_execpath;
  const options = { cwd: root, encoding: 'utf8', shell: npm === undefined && process.platform === 'win32' };
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const run =
    npm === undefined ? spawnSync('npm', args, options) : spawnSync(process.execPath, [npm, ...args], options);
  if (run.status !== 0) {
    process.stderr.write(`${run.stdout ?? ''}${run.stderr ?? ''}\n`);
    fail(
      `The dependencies could not be installed: npm ci failed${run.error ? ` (${run.error.message})` : ''}. See above.`,
    );
  }
  writeFileSync(installedMark, hash);
}

/** The Node of the platform package, else this one if it is new enough. */
function nodeToRunOn() {
  const bundled = `${root}node_modules/.bin/node${process.platform === 'win32' ? '.cmd' : ''}`;
  if (existsSync(bundled)) return bundled;
  if (Number(process.versions.node.split('.')[0]) >= REQUIRED_NODE_MAJOR) return process.execPath;
  return fail(
    `hookmint runs on Node ${REQUIRED_NODE_MAJOR}; no package brings it for ${process.platform}-${process.arch}, and this is Node ` +
      `${process.versions.node}. Install Node ${REQUIRED_NODE_MAJOR} or newer.`,
  );
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

const [script, ...args] = process.argv.slice(2);
if (script === undefined) fail('Usage: node deploy/local/start.js SCRIPT [ARGUMENT ...]');
ensureInstalled();
const child = spawn(nodeToRunOn(), [script, ...args], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
// The script decides when it ends: this process only passes the signals on. A terminal has sent them to both already.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (!process.stdin.isTTY || signal !== 'SIGINT') child.kill(signal);
  });
}
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
