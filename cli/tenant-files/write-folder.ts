import { createHash } from 'node:crypto';
import sanitize from 'sanitize-filename';
import { z } from 'zod';
import { CONTRACT_NAMES, isWebhookKind, kindNamed } from '../../shared/domain/contracts.ts';
import type { TenantFiles } from './model.ts';
import { writeFiles } from './write-files.ts';

/**
 * Writes the directory form (contract §7), as `auth0-deploy-cli` does. Files of resources that are gone stay.
 *
 * @returns the files' paths from `root`.
 * @throws {UsageError}
 */
export function writeFolder(root: string, files: TenantFiles, clientNames: ReadonlyMap<string, string>): string[] {
  const contents = new Map<string, string>();
  const fileName = fileNames();
  const write = (path: string[], content: string): void => void contents.set(path.join('/'), content);
  const writeJson = (path: string[], value: unknown): void => write(path, `${JSON.stringify(value, null, 2)}\n`);

  for (const { script, ...hook } of files.hooks ?? []) {
    const name = fileName('hooks', hook.name, ['', '.js', '.json']);
    const file = isWebhook(hook) ? `${name}/webhook.json` : `${name}.js`;
    write(['hooks', file], script);
    writeJson(['hooks', `${name}.json`], { ...hook, script: `./${file}` });
  }
  for (const { code, ...action } of files.actions ?? []) {
    const name = fileName('actions', action.name, ['', '.json']);
    write(['actions', name, 'code.js'], code);
    writeJson(['actions', `${name}.json`], { ...action, code: `./actions/${name}/code.js` });
  }
  for (const api of files.resourceServers ?? [])
    writeJson(['resource-servers', `${fileName('resource-servers', api.name ?? api.identifier)}.json`], api);
  for (const issuer of files.clientAssertionIssuers ?? []) {
    const name = fileName('client-assertion-issuers', issuer.name);
    writeJson(['client-assertion-issuers', `${name}.json`], issuer);
  }
  for (const client of files.clients ?? []) writeJson(['clients', `${fileName('clients', client.name)}.json`], client);
  const apiNames = new Map(files.resourceServers?.map(({ identifier, name }) => [identifier, name ?? identifier]));
  for (const grant of files.clientGrants ?? []) {
    const client = clientNames.get(grant.client_id) ?? grant.client_id;
    const name = fileName('grants', `${client}-${apiNames.get(grant.audience) ?? grant.audience}`);
    writeJson(['grants', `${name}.json`], { ...grant, client_id: client });
  }
  if (files.triggers !== undefined) writeJson(['triggers', 'triggers.json'], files.triggers);
  if (files.tenant !== undefined) writeJson(['tenant.json'], files.tenant);
  writeFiles(root, contents);
  return [...contents.keys()];
}

const OfContract = z.object({ contract: z.enum(CONTRACT_NAMES) });

/** Whether what is called its script is the configuration of a webhook. */
function isWebhook(hook: Record<string, unknown>): boolean {
  const { data } = OfContract.safeParse(hook.hookmint);
  const kind = data === undefined ? undefined : kindNamed(data.contract);
  return kind !== undefined && isWebhookKind(kind);
}

/** Longest name without its ending, bytes: file systems take 255. */
const MAX_NAME_BYTES = 200;

/** Gives file names: illegal characters are replaced, and a shortened or colliding name gets a hash. */
function fileNames(): (folder: string, name: string, endings?: readonly string[]) => string {
  const taken = new Set<string>();
  return (folder, name, endings = ['.json']) => {
    const safe = sanitize(name, { replacement: '-' });
    const paths = (file: string): string[] => endings.map((ending) => foldedCase(`${folder}/${file}${ending}`));
    const isFree = safe !== '' && !paths(safe).some((path) => taken.has(path));
    const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
    const file = isFree && Buffer.byteLength(safe) <= MAX_NAME_BYTES ? safe : `${cut(safe)}-${hash}`;
    for (const path of paths(file)) taken.add(path);
    return file;
  };
}

/** File systems differ on whether case and Unicode composition distinguish names. */
const foldedCase = (path: string): string => path.normalize('NFC').toUpperCase().toLowerCase();

/** Whole characters of a text, as many as fit. */
function cut(text: string): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    Buffer.from(text).subarray(0, MAX_NAME_BYTES - HASH_BYTES),
    { stream: true },
  );
}
const HASH_BYTES = 9;
