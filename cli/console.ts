import { resolve } from 'node:path';
import { setDefaultCACertificates, getCACertificates } from 'node:tls';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readAddress } from '../deploy/local/address-file.ts';
import { defaultDataDir } from '../deploy/local/default-data-dir.ts';
import { loadSecrets } from '../deploy/local/local-secrets.ts';
import { print } from '../shared/terminal.ts';
import { UsageError } from '../shared/usage-error.ts';
import { connectApi, type ApiClient } from './api-client.ts';
import { EXIT, fromCaller, readArgs, type ExitCode } from './command.ts';

const Link = z.object({ url: z.string() });

/** `hookmint console`: a link that signs in to the console, once. */
export async function openConsole(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, { role: { type: 'string' }, data: { type: 'string' } });
  if (positionals.length > 0) throw new UsageError('console takes no argument. See hookmint --help.');
  const api = await connect(values.data);
  const body = values.role === undefined ? {} : { role: values.role };
  const { url } = Link.parse(await api.call('POST', '/console/links', body));
  print(url);
  return EXIT.ok;
}

/** By the environment, else as whoever owns the hookmint that runs on this machine. */
async function connect(dataDir: string | undefined): Promise<ApiClient> {
  const isTold = process.env.HOOKMINT_URL !== undefined || process.env.AUTH0_DOMAIN !== undefined;
  if (isTold && dataDir === undefined) return connectApi();
  const folder = dataDir === undefined ? defaultDataDir() : fromCaller(dataDir);
  const address = readAddress(folder);
  if (address === undefined) {
    throw new UsageError(`No hookmint was started in ${folder}; name its folder with --data DIR, or set HOOKMINT_URL.`);
  }
  if (address.ca_file !== undefined) {
    const trusted = readFileSync(resolve(folder, address.ca_file), 'utf8');
    setDefaultCACertificates([...getCACertificates('default'), trusted]);
  }
  const { secrets } = await loadSecrets(folder);
  return connectApi({
    HOOKMINT_URL: address.url,
    HOOKMINT_CLIENT_ID: secrets.management_client_id,
    HOOKMINT_CLIENT_SECRET: secrets.management_client_secret,
  });
}
