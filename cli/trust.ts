import { z } from 'zod';
import { note, print } from '../shared/terminal.ts';
import { UsageError } from '../shared/usage-error.ts';
import { connectApi, type ApiClient } from './api-client.ts';
import { EXIT, fromCaller, readArgs, type ExitCode } from './command.ts';
import { readJsonFile } from './json-file.ts';
import { PRESETS, type Trusted } from './trust-presets.ts';
import { seeHelp } from './help/help.ts';

const Issuers = z.array(z.looseObject({ issuer: z.string(), jwks_uri: z.string().nullable() }));
/** What the server takes of it, it says itself. */
const Keys = z.looseObject({ keys: z.array(z.unknown()) });
const Client = z.object({
  name: z.string(),
  client_authentication_methods: z
    .object({ federated_jwt: z.object({ credentials: z.array(z.looseObject({})) }).optional() })
    .optional(),
});

/** `hookmint trust add PRESET WHO --client ID`: has tokens of a platform authenticate a client, beside those that do already. */
export async function trust([command, ...args]: string[]): Promise<ExitCode> {
  if (command !== 'add') throw new UsageError(`hookmint trust has one command, add. ${seeHelp()}`);
  const text = { type: 'string' } as const;
  const { values, positionals } = readArgs(args, {
    client: text,
    issuer: text,
    'jwks-uri': text,
    'jwks-file': text,
    audience: text,
    ref: text,
    environment: text,
  });
  const [name = '', who, ...more] = positionals;
  const preset = PRESETS.get(name);
  if (preset === undefined || who === undefined || more.length > 0 || values.client === undefined) {
    const known = [...PRESETS.keys()].join(', ');
    throw new UsageError(`hookmint trust add PLATFORM WHO --client ID; the platforms are ${known}. ${seeHelp()}`);
  }
  const trusted = preset(who, { ...values, jwksUri: values['jwks-uri'] });
  const file = values['jwks-file'];
  if (file !== undefined && values['jwks-uri'] !== undefined) {
    throw new UsageError('Keys have one place: --jwks-uri or --jwks-file, not both.');
  }
  const keys = file === undefined ? { jwks_uri: trusted.jwks_uri } : { jwks: readJsonFile(fromCaller(file), Keys) };
  const api = await connectApi();
  await ensureIssuer(api, name, trusted.issuer, keys);
  const clientName = await addCredential(api, values.client, trusted, values.audience);
  print(`Tokens of ${trusted.issuer} with the sub ${trusted.subject} authenticate the client ${clientName}.`);
  for (const line of trusted.notes) note(line);
  return EXIT.ok;
}

/** An issuer that is there keeps its keys' place: another one would change who comes in as every client that names it. */
async function ensureIssuer(
  api: ApiClient,
  name: string,
  issuer: string,
  keys: { jwks_uri: string | null } | { jwks: unknown },
): Promise<void> {
  const known = (await api.read(Issuers, 'GET', '/client-assertion-issuers')).find((one) => one.issuer === issuer);
  if (known === undefined) {
    await api.call('POST', '/client-assertion-issuers', { name, issuer, ...keys });
    return;
  }
  if ('jwks' in keys)
    throw new UsageError(`The issuer ${issuer} is trusted already; --jwks-file would replace its keys.`);
  if (known.jwks_uri === keys.jwks_uri) return;
  const [present, wanted] = [known.jwks_uri, keys.jwks_uri].map((uri) => uri ?? 'a place that its metadata tells');
  throw new UsageError(
    `The issuer ${issuer} is trusted with the keys at ${String(present)}, not at ${String(wanted)}.`,
  );
}

async function addCredential(
  api: ApiClient,
  clientId: string,
  { issuer, subject }: Trusted,
  audience: string | undefined,
): Promise<string> {
  const path = `/clients/${encodeURIComponent(clientId)}`;
  const client = await api.read(Client, 'GET', path);
  const before = client.client_authentication_methods?.federated_jwt?.credentials ?? [];
  const added = { issuer, subject, ...(audience === undefined ? {} : { audiences: [audience] }) };
  const credentials = before.some((one) => JSON.stringify(one) === JSON.stringify(added)) ? before : [...before, added];
  await api.call('PATCH', path, { client_authentication_methods: { federated_jwt: { credentials } } });
  return client.name;
}
