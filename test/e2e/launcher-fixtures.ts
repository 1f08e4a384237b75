import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const root = mkdtempSync(join(tmpdir(), 'hookmint-launcher-'));
process.once('exit', () => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));

/** A folder that is gone when the test file has ended. */
export function temporaryDir(): string {
  return mkdtempSync(join(root, 'dir-'));
}

export const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The ways `npm start` reaches the launcher, with a data folder of its own. */
export function spawnLauncher(
  args: string[],
  {
    dataDir = temporaryDir(),
    env = {},
    viaStart = false,
  }: { dataDir?: string; env?: Record<string, string>; viaStart?: boolean } = {},
): ChildProcess {
  const script = viaStart ? ['deploy/local/start.js', 'deploy/local/main.ts'] : ['deploy/local/main.ts'];
  return spawn(process.execPath, [...script, '--data', dataDir, '--no-console', ...args], {
    cwd: ROOT,
    env: { ...process.env, NATS_URL: '', MONGODB_URL: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export type Ended = { code: number | null; stdout: string; stderr: string; ms: number };

/** Runs the launcher until it ends by itself. */
export function runLauncher(...launch: Parameters<typeof spawnLauncher>): Promise<Ended> {
  const startMs = performance.now();
  const child = spawnLauncher(...launch);
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const timeout = setTimeout(() => child.kill('SIGKILL'), 120_000);
  return new Promise((resolve) => {
    child.once('close', (code) => {
      clearTimeout(timeout);
      resolve({ code, stdout, stderr, ms: performance.now() - startMs });
    });
  });
}

/** Processes that have to do with a data folder, by what their command line says. */
export function processesOn(dataDir: string): string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,stat=,command='], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(dataDir) && !/^\s*\d+\s+Z/.test(line));
}

export function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}
