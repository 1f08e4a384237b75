import { fileURLToPath } from 'node:url';
import { publicNkeyOf } from '../../shared/bus/nkey.ts';
import { BUS_USERS, type LocalSecrets } from './local-secrets.ts';
import { moveStreams } from './move-streams.ts';
import { startNats, type StartNatsOptions } from './servers/run-nats.ts';
import type { RunningServer } from './servers/child-server.ts';

const CONFIG_FILE = fileURLToPath(new URL('../nats/hookmint.conf', import.meta.url));

/** Starts nats-server with hookmint's users. It gets their public keys and stores no secret. */
export async function startBusServer(
  options: Pick<StartNatsOptions, 'binary' | 'dataDir' | 'port' | 'onExit'>,
  seeds: LocalSecrets['nats_nkey_seeds'],
): Promise<RunningServer> {
  await moveStreams(options.dataDir);
  return startNats({ ...options, configFile: CONFIG_FILE, env: publicNkeys(seeds) });
}

/** The public nkeys of the bus's users, as deploy/nats/hookmint.conf asks for them. */
export function publicNkeys(seeds: LocalSecrets['nats_nkey_seeds']): Record<string, string> {
  return Object.fromEntries(
    BUS_USERS.map((user) => [`HOOKMINT_NKEY_${user.toUpperCase().replaceAll('-', '_')}`, publicNkeyOf(seeds[user])]),
  );
}
