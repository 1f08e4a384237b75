// The first step of `npm start`, `npm test` and the other scripts: plain JavaScript for any Node from 20 on. Installs the dependencies if
// they are missing or differ from the lockfile, then runs the given script on the Node that came with them. The npm package begins with it
// too: there Node has a lockfile of its own, and is only installed where this one will not do.
//   node deploy/local/start.js SCRIPT [ARGUMENT ...]
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const REQUIRED_NODE_MAJOR = 26;
const PARENTS_INTERVAL_MS = 500;
const REDRAW_INTERVAL_MS = 250;
const REPORT_INTERVAL_MS = 10_000;
const root = fileURLToPath(new URL('../../', import.meta.url));
/** Compiled code for the next start. It is beside the code itself: a process that can write here can change the code too. */
const compileCache = `${root}node_modules/.cache/hookmint-compiled`;
const isPackage = existsSync(`${root}node/package-lock.json`);
const nodeMajor = Number(process.versions.node.split('.')[0]);

async function ensureInstalled(folder, what) {
  const lockfile = readFileSync(`${folder}package-lock.json`, 'utf8');
  const hash = createHash('sha256').update(lockfile).digest('hex');
  const installedMark = `${folder}node_modules/.hookmint-lockfile-sha256`;
  if (existsSync(installedMark) && readFileSync(installedMark, 'utf8') === hash) return;
  const progress = showInstalling(what, folder, Object.entries(JSON.parse(lockfile).packages ?? {}));
  // `npm run` sets the path of npm; otherwise the one on the PATH is used. The output of npm is shown only if it fails.
  const npm = process.env.npm_execpath;
  const options = {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: npm === undefined && process.platform === 'win32',
  };
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const run = await ended(
    npm === undefined ? spawn('npm', args, options) : spawn(process.execPath, [npm, ...args], options),
  );
  progress.end();
  if (run.status !== 0) {
    process.stderr.write(`${shownOnly(run.output)}\n`);
    fail(
      `In ${folder} npm could not install ${what}: npm ci failed${run.error ? ` (${run.error.message})` : ''}. See above.`,
    );
  }
  writeFileSync(installedMark, hash);
}

/** Waits for a process, and for all that it says. */
function ended(child) {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  }
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ status: null, error, output }));
    child.once('close', (status) => resolve({ status, output }));
  });
}

/**
 * Shows how far npm is, by the packages that are there: at a terminal as a line that is drawn again and again, elsewhere now and then.
 *
 * @param packages Of the lockfile, by their folders. Those of other systems never come, and are not counted.
 */
function showInstalling(what, folder, packages) {
  const isTerminal = process.stderr.isTTY === true;
  const wanted = packages.filter(([path, { optional }]) => path !== '' && optional !== true).map(([path]) => path);
  const startedMs = Date.now();
  const line = () => {
    const there = wanted.filter((path) => existsSync(`${folder}${path}/package.json`)).length;
    const seconds = Math.round((Date.now() - startedMs) / 1_000);
    return `Installing ${what} (npm ci): ${there} of ${wanted.length} packages, ${seconds} s`;
  };
  process.stderr.write(`Installing ${what} (npm ci) ...${isTerminal ? '' : '\n'}`);
  const draw = () => process.stderr.write(isTerminal ? `\r\u001b[K${line()}` : `${line()}\n`);
  const timer = setInterval(draw, isTerminal ? REDRAW_INTERVAL_MS : REPORT_INTERVAL_MS);
  return {
    end: () => {
      clearInterval(timer);
      if (isTerminal) process.stderr.write(`\r\u001b[K`);
    },
  };
}

/** The Node of the platform package, else this one if it is new enough; of the npm package this one, if it is of the same major version. */
async function nodeToRunOn() {
  if (isPackage && nodeMajor === REQUIRED_NODE_MAJOR) return process.execPath;
  if (isPackage)
    await ensureInstalled(`${root}node/`, `Node ${REQUIRED_NODE_MAJOR}, as this is ${process.versions.node}`);
  const bundled = `${root}${isPackage ? 'node/' : ''}node_modules/.bin/node${process.platform === 'win32' ? '.cmd' : ''}`;
  if (existsSync(bundled)) return bundled;
  if (nodeMajor >= REQUIRED_NODE_MAJOR) return process.execPath;
  return fail(
    `hookmint runs on Node ${REQUIRED_NODE_MAJOR}; no package brings it for ${process.platform}-${process.arch}, and this is Node ` +
      `${process.versions.node}. Install Node ${REQUIRED_NODE_MAJOR} or newer.`,
  );
}

/** What npm repeats of a registry must not speak to the terminal; shared/printable.ts is not to be had before anything is installed. */
function shownOnly(text) {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => (character === '\n' ? '\n' : '\uFFFD'));
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

const [script, ...args] = process.argv.slice(2);
if (script === undefined) fail('Usage: node deploy/local/start.js SCRIPT [ARGUMENT ...]');
await ensureInstalled(root, 'dependencies');
const child = spawn(await nodeToRunOn(), [script, ...args], {
  cwd: root,
  env: { NODE_COMPILE_CACHE: compileCache, ...process.env },
  // Through the channel the script hears when this process is killed.
  stdio: process.platform === 'win32' ? 'inherit' : ['inherit', 'inherit', 'inherit', 'ipc'],
  shell: process.platform === 'win32',
});
// The script decides when it ends: this process only passes signals on. A terminal has already sent Ctrl-C to both processes; a script
// that listens for messages also learns of a SIGINT that only this process got.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (process.stdin.isTTY && signal === 'SIGINT') tell(signal);
    else child.kill(signal);
  });
}
child.on('error', (error) => fail(error.message));
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
whenNpmIsGone(() => child.kill('SIGTERM'));

function tell(signal) {
  if (child.connected) child.send({ signal }, () => undefined);
}

/**
 * `npm start` has this process in the place of the shell that npm starts, so npm passes on its SIGINT and SIGTERM; of other scripts, and of npx, the shell
 * gets them. If killed, npm passes on nothing. So this process watches those between itself and npm. Started in any other way, it outlives its
 * parent, as with nohup.
 */
function whenNpmIsGone(gone) {
  const parents = parentsUpToNpm();
  if (parents.length === 0) return;
  if (parents[1] === 1) {
    process.stderr.write(
      `npm is process 1 here, and waits for nothing when it is told to end: start node deploy/local/start.js ${script} in its place.\n`,
    );
  }
  const timer = setInterval(() => {
    const [parent, grandparent] = parents;
    const isWhole = process.ppid === parent && (grandparent === undefined || parentOf(parent) === grandparent);
    if (isWhole) return;
    clearInterval(timer);
    gone();
  }, PARENTS_INTERVAL_MS);
  timer.unref();
}

/** Process ids of this one's parent, which is npm or the shell that npm started, and then of npm; none where it was not npm. */
function parentsUpToNpm() {
  if (process.env.npm_lifecycle_event === undefined) return [];
  // On other systems the parent's parent is not known.
  if (process.platform !== 'linux') return [process.ppid];
  const npm = realPathOf(process.env.npm_node_execpath);
  const above = parentOf(process.ppid);
  if (npm === undefined) return [];
  if (realPathOf(`/proc/${process.ppid}/exe`) === npm) return [process.ppid];
  return realPathOf(`/proc/${above}/exe`) === npm ? [process.ppid, above] : [];
}

function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

function realPathOf(path) {
  try {
    return path === undefined ? undefined : realpathSync(path);
  } catch {
    return undefined;
  }
}
