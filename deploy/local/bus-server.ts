import { fileURLToPath } from 'node:url';
import { fromSeed } from '@nats-io/nkeys';
import { BUS_USERS, type LocalSecrets } from './local-secrets.ts';
import { startNats, type StartNatsOptions } from './servers/run-nats.ts';
import type { RunningServer } from './servers/child-server.ts';

const CONFIG_FILE = fileURLToPath(new URL('../nats/hookmint.conf', import.meta.url));

/** Starts nats-server with hookmint's users: it is told their public keys, and keeps no secret. */
export function startBusServer(
  options: Pick<StartNatsOptions, 'binary' | 'dataDir' | 'port' | 'onExit'>,
  seeds: LocalSecrets['nats_nkey_seeds'],
): Promise<RunningServer> {
  const env = Object.fromEntries(
    BUS_USERS.map((user) => [
      `HOOKMINT_NKEY_${user.toUpperCase().replace('-', '_')}`,
      fromSeed(new TextEncoder().encode(seeds[user])).getPublicKey(),
    ]),
  );
  return startNats({ ...options, configFile: CONFIG_FILE, env });
}
