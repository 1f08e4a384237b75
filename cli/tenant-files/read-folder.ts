import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../../shared/errors.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { MAX_FILES } from './bounds.ts';
import type { RawExport, ReadText } from './raw-export.ts';

const FOLDERS: ReadonlyMap<string, string> = new Map([
  ['resource-servers', 'resourceServers'],
  ['client-assertion-issuers', 'clientAssertionIssuers'],
  ['clients', 'clients'],
  ['grants', 'clientGrants'],
  ['hooks', 'hooks'],
  ['actions', 'actions'],
]);
const READ_BESIDES = ['triggers', 'tenant.json'];

const Members = z.record(z.string(), z.unknown());

/** The directory form (contract §7): one JSON file for each resource, code beside it. */
export function readFolder(root: string, readText: ReadText): RawExport {
  const kinds: Record<string, unknown> = {};
  const sources: Record<string, string[]> = {};
  const readJson = (file: string): Record<string, unknown> => {
    try {
      return Members.parse(JSON.parse(readText(file, file)));
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw new UsageError(
        `${file} cannot be used: ${error instanceof z.ZodError ? 'it is not an object' : messageOf(error)}.`,
      );
    }
  };
  for (const [folder, kind] of FOLDERS) {
    const dir = join(root, folder);
    if (!existsSync(dir)) continue;
    const files = readdirSync(dir, { withFileTypes: true })
      // An Action called x.json has its code in a folder of that name.
      .filter((entry) => entry.name.endsWith('.json') && !entry.isDirectory())
      .map(({ name }) => name)
      .sort()
      .map((name) => join(dir, name));
    if (files.length > MAX_FILES) throw new UsageError(`${dir} contains more than ${String(MAX_FILES)} files.`);
    const items = files
      .map((file) => ({ file, item: withCode(kind, readJson(file), root, dir, file, readText) }))
      .filter(({ item }) => Object.keys(item).length > 0);
    kinds[kind] = items.map(({ item }) => item);
    sources[kind] = items.map(({ file }) => file);
  }
  const triggers = join(root, 'triggers', 'triggers.json');
  if (existsSync(triggers)) kinds.triggers = readJson(triggers);
  const tenant = join(root, 'tenant.json');
  if (existsSync(tenant)) kinds.tenant = readJson(tenant);
  const ignored = readdirSync(root).filter(
    (name) => !FOLDERS.has(name) && !READ_BESIDES.includes(name) && !name.startsWith('.'),
  );
  return { kinds, ignored: ignored.map((name) => basename(name, '.json')).sort(), sources };
}

/** As exports from Windows name files. */
const withSlashes = (path: string): string => path.replaceAll('\\', '/');

/** Versions before 8 of the tool name an Action's code from the folder where they ran: the end of it is in the export. */
function codeFile(root: string, code: string): string {
  const file = resolve(root, code);
  if (file.startsWith(root + sep) && existsSync(file)) return file;
  const [inExport] = /(?<=\/)actions\/[^/]+\/code\.js$/.exec(code) ?? [];
  return inExport === undefined ? file : resolve(root, inExport);
}

/** A hook's script is named from its own folder, an Action's code from the root of the export. */
function withCode(
  kind: string,
  item: Record<string, unknown>,
  root: string,
  dir: string,
  file: string,
  readText: ReadText,
): Record<string, unknown> {
  if (kind === 'hooks' && typeof item.script === 'string')
    return { ...item, script: readText(resolve(dir, withSlashes(item.script)), file) };
  if (kind === 'actions' && typeof item.code === 'string')
    return { ...item, code: readText(codeFile(root, withSlashes(item.code)), file) };
  return item;
}
