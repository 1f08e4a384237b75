import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isSecretSetting } from '../../shared/env.ts';
import { ownModule, PROGRAM_OPTIONS } from '../../shared/own-module.ts';
import { PASSED_ON } from './known-variables.ts';
import { metricsPort } from './metrics-port.ts';

/** A service of hookmint as a process of its own, started and ready. */
export type ServiceProcess = { process: ChildProcess; stop: (graceMs?: number) => Promise<void> };

/** How a service ended; `lastLine` is the last error it told. */
export type ServiceExit = { reason: string; lastLine: string };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const STOP_GRACE_MS = 12_000;
const LEVEL_ERROR = 50;

/** What every service is given of the launcher's environment: nothing of it is a secret of another service. */
const INHERITED = /^(PATH|HOME|TZ|TMPDIR|NODE_EXTRA_CA_CERTS|NODE_COMPILE_CACHE|LOG_LEVEL|OTEL_.*)$/;

/**
 * Starts a service in a process group of its own, so that a terminal's Ctrl-C reaches only the launcher, and resolves when it is
 * ready. The service ends by itself when the launcher is gone. Its secrets are in no environment: it reads them from files, which are
 * gone when it is ready.
 *
 * @param options.secretsDir Where they are put, below a folder that only this user may read.
 * @throws {Error} with the last error the service told, when it ended instead.
 */
export async function startService(options: {
  name: string;
  env: Record<string, string>;
  secretsDir: string;
  output: (line: string) => void;
  onExit: (exit: ServiceExit) => void;
}): Promise<ServiceProcess> {
  const { name, output, onExit } = options;
  const isInherited = (key: string): boolean => INHERITED.test(key) || PASSED_ON[name]?.includes(key) === true;
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([key]) => isInherited(key)));
  const metrics = await metricsPort(inherited);
  const { env, removeSecrets } = withSecretsInFiles(options);
  const child = spawn(
    process.execPath,
    [...PROGRAM_OPTIONS, ownModule(`../../services/${name}/main`, import.meta.url)],
    {
      cwd: ROOT,
      env: {
        ...inherited,
        ...metrics.env,
        // The launcher shows it to people: no service writes to their terminal.
        LOG_FORMAT: 'json',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
      windowsHide: true,
    },
  );
  let lastLine = '';
  let stopping = false;
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lastLine = tellingLine(line) ?? lastLine;
      output(line);
    });
  }
  const exited = new Promise<ServiceExit>((resolve) => {
    child.once('error', (error) => {
      removeSecrets();
      resolve({ reason: error.message, lastLine });
    });
    // Not `exit`: by `close` all that the process said has arrived.
    child.once('close', (code, signal) => {
      metrics.release();
      removeSecrets();
      resolve({ reason: signal ?? `exit code ${String(code)}`, lastLine });
    });
  });

  const stop = async (graceMs = STOP_GRACE_MS): Promise<void> => {
    stopping = true;
    child.kill('SIGTERM');
    const escalate = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await exited;
    clearTimeout(escalate);
  };

  return new Promise((resolve, reject) => {
    child.once('message', () => {
      removeSecrets();
      void exited.then((exit) => {
        if (!stopping) onExit(exit);
      });
      resolve({ process: child, stop });
    });
    void exited.then((exit) => reject(new Error(exit.lastLine === '' ? exit.reason : exit.lastLine)));
  });
}

function withSecretsInFiles({
  name,
  env,
  secretsDir,
}: {
  name: string;
  env: Record<string, string>;
  secretsDir: string;
}): { env: Record<string, string>; removeSecrets: () => void } {
  mkdirSync(secretsDir, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(secretsDir, `${name}-`));
  const all = Object.entries(env);
  for (const [secret, value] of all.filter(([key]) => isSecretSetting(key))) {
    writeFileSync(join(folder, secret), value, { mode: 0o600 });
  }
  const rest = Object.fromEntries(all.filter(([key]) => !isSecretSetting(key)));
  return {
    env: { ...rest, HOOKMINT_SECRETS_DIR: folder },
    removeSecrets: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The reason for a service's end that a line gives: an error's message without the log's other members, other output unchanged, else nothing. */
function tellingLine(line: string): string | undefined {
  const { level, msg } = parseLogEntry(line);
  if (level !== undefined) return level >= LEVEL_ERROR ? msg : undefined;
  return line.trim() === '' ? undefined : line.trim();
}

function parseLogEntry(line: string): { level?: number; msg?: string } {
  try {
    return (JSON.parse(line) as { level?: number; msg?: string } | null) ?? {};
  } catch {
    return {};
  }
}
