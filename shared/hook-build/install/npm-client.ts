import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { basename, delimiter, join } from 'node:path';
import { HookBuildError } from '../errors.ts';

export interface NpmRun {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

const WINDOWS = process.platform === 'win32';
const TIMEOUT_MS = 180_000;
// Of an `npm run` that this process is part of: they would tell the npm started here about the wrong package.
const OF_ANOTHER_RUN = /^(?:npm_(?:package|lifecycle|command|config_(?:local|global)_prefix|config_prefix)|INIT_CWD$)/i;

// Keys and passwords of the service that starts npm here.
const OF_THE_SERVICE = /^(?:HOOKMINT_|NATS_|MONGODB_|OTEL_)/i;

/**
 * Runs the npm client in a folder, on the Node that npm itself was started with.
 * @throws HookBuildError `npm_missing`
 */
export async function runNpm(folder: string, args: string[], env: NodeJS.ProcessEnv = process.env): Promise<NpmRun> {
  const [file, ...first] = await npmCommand(env);
  const child = spawn(file, [...first, ...args], {
    cwd: folder,
    env: Object.fromEntries(
      Object.entries(env).filter(([name]) => !OF_ANOTHER_RUN.test(name) && !OF_THE_SERVICE.test(name)),
    ),
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: WINDOWS && file.endsWith('.cmd'),
    timeout: TIMEOUT_MS,
  });
  const stdout = text(child.stdout);
  const stderr = text(child.stderr);
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (cause) => reject(npmMissing(cause)));
    child.on('close', resolve);
  });
  return { exitCode, stdout: await stdout, stderr: await stderr };
}

async function npmCommand(env: NodeJS.ProcessEnv): Promise<[string, ...string[]]> {
  const script = env.npm_execpath;
  if (
    script !== undefined &&
    /^npm(?:-cli)?\.c?js$/.test(basename(script)) &&
    (await isUsable(script, constants.R_OK))
  ) {
    const node = env.npm_node_execpath;
    return [node !== undefined && (await isUsable(node, constants.X_OK)) ? node : process.execPath, script];
  }
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    const candidate = join(folder, WINDOWS ? 'npm.cmd' : 'npm');
    if (await isUsable(candidate, constants.X_OK)) return [candidate];
  }
  throw npmMissing();
}

function npmMissing(cause?: unknown): HookBuildError {
  const message = 'the npm client, which brings the modules that hooks require, is not on the PATH: install npm';
  return new HookBuildError('npm_missing', message, { cause });
}

function isUsable(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) all += String(chunk);
  return all;
}
