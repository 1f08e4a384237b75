import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../deploy/local/servers/free-port.ts';
import { startService } from '../../deploy/local/service-process.ts';

const HOST = '127.0.0.1';

export type RunningHookBuilder = {
  url: string;
  pid: number;
  printed: () => string;
  /** SIGTERM, as an orchestrator stops it; its exit code. */
  stop: () => Promise<number | null>;
};

/**
 * Starts the hook-builder as a process of its own, with a cache that goes with it, and resolves when it is ready.
 *
 * @param env Over its environment: that of the machine is not given to it.
 * @param port Default: a free one.
 */
export async function startHookBuilder(env: Record<string, string> = {}, port?: number): Promise<RunningHookBuilder> {
  const folder = mkdtempSync(join(tmpdir(), 'hookmint-builder-'));
  const own = String(port ?? (await freePort(HOST)));
  const lines: string[] = [];
  const { process: child, stop } = await startService({
    name: 'hook-builder',
    env: {
      HOME: folder,
      HOOKMINT_CACHE_DIR: join(folder, 'cache'),
      HOOKMINT_HTTP_HOST: HOST,
      HOOKMINT_HTTP_PORT: own,
      HOOKMINT_HTTP_DRAIN_MS: '0',
      ...env,
    },
    secretsDir: join(folder, 'secrets'),
    output: (line) => lines.push(line),
    onExit: () => undefined,
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    url: `http://${HOST}:${own}`,
    pid: child.pid ?? 0,
    printed: () => lines.join('\n'),
    stop: async () => {
      await stop();
      const code = child.exitCode ?? (await exited);
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
}
