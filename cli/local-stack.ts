import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { readAddress } from '../deploy/local/address-file.ts';
import { defaultDataDir } from '../deploy/local/default-data-dir.ts';
import { loadSecrets, type LocalSecrets } from '../deploy/local/local-secrets.ts';
import { isLoopbackName } from '../shared/loopback.ts';
import { note } from '../shared/terminal.ts';
import { UsageError } from '../shared/usage-error.ts';
import { fromCaller } from './command.ts';

/** The hookmint of a data folder of this machine, for whoever owns the folder. */
export type LocalStack = { url: string; secrets: LocalSecrets };

/**
 * The hookmint that is meant where no server is told of by the environment, or whose folder is named; from then on this process trusts its
 * certificate.
 *
 * @returns `undefined` when the environment tells of a server.
 * @throws {UsageError} when none was started in the folder.
 */
export async function localStack(dataDir: string | undefined): Promise<LocalStack | undefined> {
  const isTold = [process.env.HOOKMINT_URL, process.env.AUTH0_DOMAIN].some((value) => (value ?? '') !== '');
  if (isTold && dataDir === undefined) return undefined;
  const folder = dataDir === undefined ? defaultDataDir() : fromCaller(dataDir);
  const address = readAddress(folder);
  if (address === undefined) {
    throw new UsageError(`No hookmint was started in ${folder}; name its folder with --data DIR, or set HOOKMINT_URL.`);
  }
  if (address.ca_file !== undefined) {
    const trusted = readFileSync(resolve(folder, address.ca_file), 'utf8');
    setDefaultCACertificates([...getCACertificates('default'), trusted]);
  }
  return { url: address.url, secrets: (await loadSecrets(folder)).secrets };
}

/**
 * The environment, or, where it says nothing of a server, the hookmint that runs in the default folder of this machine, as its owner. A folder may be a stranger's:
 * credentials of the environment are not for what it names, and it names nothing beyond this machine.
 */
export async function environmentHere(): Promise<NodeJS.ProcessEnv> {
  const isTold = CONNECTION.some((name) => (process.env[name] ?? '') !== '');
  const address = isTold ? undefined : readAddress(defaultDataDir());
  if (address === undefined || !isLoopbackName(new URL(address.url).hostname)) return process.env;
  const local = await localStack(undefined);
  if (local === undefined) return process.env;
  note(`hookmint: at ${local.url}, which runs on this machine`);
  return ownerOf(local);
}

const CONNECTION = [
  ...['HOOKMINT_URL', 'AUTH0_DOMAIN'],
  ...['CLIENT_ID', 'CLIENT_SECRET', 'ACCESS_TOKEN'].flatMap((name) => [`HOOKMINT_${name}`, `AUTH0_${name}`]),
];

/** What tells the Management API's client of such a hookmint, in the place of the environment. */
export function ownerOf({ url, secrets }: LocalStack): NodeJS.ProcessEnv {
  return {
    HOOKMINT_URL: url,
    HOOKMINT_CLIENT_ID: secrets.management_client_id,
    HOOKMINT_CLIENT_SECRET: secrets.management_client_secret,
  };
}
