import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publicNkeys } from '../../deploy/local/bus-server.ts';
import type { LocalSecrets } from '../../deploy/local/local-secrets.ts';
import { obtainNats } from '../../deploy/local/servers/nats-binary.ts';
import { startNats } from '../../deploy/local/servers/run-nats.ts';
import { guardServers } from '../support/guarded-servers.ts';

const USERS = fileURLToPath(new URL('../../deploy/nats/hookmint.conf', import.meta.url));

/** A NATS server with hookmint's users that tells how many connections and subscriptions it has. */
export type WatchedBus = {
  url: string;
  pid: number;
  counts: () => Promise<{ connections: number; subscriptions: number }>;
  stop: () => Promise<void>;
};

/** @param dir Holds its store and log. */
export async function startWatchedBus(dir: string, seeds: LocalSecrets['nats_nkey_seeds']): Promise<WatchedBus> {
  mkdirSync(dir, { recursive: true });
  const { path: binary } = await obtainNats({ report: () => undefined });
  const configFile = join(dir, 'watched.conf');
  writeFileSync(configFile, `include ${JSON.stringify(relative(dir, USERS))}\nhttp: "127.0.0.1:-1"\n`);
  const guarded = guardServers(dir);
  const server = guarded.started(await startNats({ binary, dataDir: dir, configFile, env: publicNkeys(seeds) }));
  const { pid } = server.process;
  if (pid === undefined) throw new Error('nats-server does not run');
  const file = readdirSync(dir).find((name) => name.endsWith(`_${String(pid)}.ports`)) ?? '';
  const { monitoring } = JSON.parse(readFileSync(join(dir, file), 'utf8')) as { monitoring: string[] };
  return {
    url: server.url,
    pid,
    counts: async () =>
      (await (await fetch(`${monitoring[0] ?? ''}/varz`)).json()) as { connections: number; subscriptions: number },
    stop: async () => {
      await server.stop();
      await guarded.end();
    },
  };
}
