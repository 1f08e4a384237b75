import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../../shared/errors.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { readKeywords, replaceKeywords } from './keywords.ts';
import { TenantFiles, type TenantExport } from './model.ts';
import { readFolder } from './read-folder.ts';
import { readYaml } from './read-yaml.ts';

/** Reads a file of the export, its markers replaced; never one outside of the export's own folder. */
export type ReadText = (path: string, named: string) => string;

/** An export as it lies in the files: kinds by their names in `auth0-deploy-cli`, scripts already read. */
export type RawExport = {
  kinds: Record<string, unknown>;
  ignored: string[];
  /** Of the folder form: kind → the file of each resource. */
  sources?: Record<string, string[]>;
};

/**
 * Reads an export of `auth0-deploy-cli`: its folder, or the YAML file of its other form.
 *
 * @throws {UsageError} One that names the file and what is wrong in it.
 */
export function readTenantFiles(path: string, env: NodeJS.ProcessEnv = process.env): TenantExport {
  if (!existsSync(path)) throw new UsageError(`${path} does not exist.`);
  const isFolder = statSync(path).isDirectory();
  const root = isFolder ? resolve(path) : dirname(resolve(path));
  const keywords = readKeywords(env.AUTH0_KEYWORD_REPLACE_MAPPINGS);
  const readText: ReadText = (file, named) => {
    // The scripts go to a server: a link in somebody else's export is not to take along the caller's own files.
    if (!resolve(file).startsWith(root + sep) || !realPathOf(file, named).startsWith(realpathSync(root) + sep))
      throw new UsageError(`${named} names ${file}, which is outside of ${root}.`);
    try {
      return replaceKeywords(readFileSync(file, 'utf8'), keywords);
    } catch (error) {
      throw new UsageError(`${named} cannot be used: ${messageOf(error)}.`);
    }
  };
  const { kinds, ignored, sources } = isFolder ? readFolder(root, readText) : readYaml(path, root, readText);
  if (Object.keys(kinds).length === 0) {
    const found = ignored.length === 0 ? '' : ` (only ${ignored.join(', ')})`;
    throw new UsageError(
      `${path} holds nothing for hookmint${found}: no hooks, clients, APIs, grants, Actions or tenant.`,
    );
  }
  const parsed = TenantFiles.safeParse(kinds);
  if (parsed.success) return { files: parsed.data, ignored };
  const [kind, index] = parsed.error.issues[0]?.path ?? [];
  const file = sources?.[String(kind)]?.[Number(index)] ?? path;
  throw new UsageError(`${file} cannot be used: ${whereIn(parsed.error, kinds)}.`);
}

function realPathOf(file: string, named: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    throw new UsageError(`${named} cannot be used: ${messageOf(error)}.`);
  }
}

function whereIn({ issues: [issue] }: z.ZodError, kinds: Record<string, unknown>): string {
  const [kind, index, ...rest] = issue?.path ?? [];
  const item = (kinds[String(kind)] as Record<string, { name?: string }> | undefined)?.[String(index)];
  const which = item?.name ?? String(index);
  return `${String(kind)} "${which}": ${[rest.join('.'), issue?.message].filter(Boolean).join(': ')}`;
}
