import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../../shared/errors.ts';
import { readRegularFile } from '../../shared/read-text-file.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { isTooDeep, MAX_EXPORT_BYTES, MAX_FILE_BYTES, MAX_LEVELS } from './bounds.ts';
import { readKeywords, replaceKeywords } from './keywords.ts';
import { TenantFiles, type TenantExport } from './model.ts';
import type { ReadText } from './raw-export.ts';
import { readFolder } from './read-folder.ts';
import { readYaml } from './read-yaml.ts';

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
  let leftBytes = MAX_EXPORT_BYTES;
  const readText: ReadText = (file, named) => {
    const outside = new UsageError(`${named} names ${file}, which is outside of ${root}.`);
    if (!resolve(file).startsWith(root + sep)) throw outside;
    const real = realPathOf(file, named);
    // The scripts go to a server: a link in an untrusted export must not include the caller's own files.
    if (!real.startsWith(realpathSync(root) + sep)) throw outside;
    const text = readWithin(real, file, named);
    leftBytes -= Buffer.byteLength(text);
    if (leftBytes < 0) throw new UsageError(`${path} contains more than ${String(MAX_EXPORT_BYTES)} bytes.`);
    return replaceKeywords(text, keywords);
  };
  const { kinds, ignored, sources } = isFolder ? readFolder(root, readText) : readYaml(path, root, readText);
  if (Object.keys(kinds).length === 0) {
    const found = ignored.length === 0 ? '' : ` (only ${ignored.join(', ')})`;
    throw new UsageError(
      `${path} contains nothing for hookmint${found}: no hooks, clients, APIs, grants, Actions or tenant.`,
    );
  }
  if (isTooDeep(kinds)) throw new UsageError(`${path} is nested more than ${String(MAX_LEVELS)} levels deep.`);
  if (namesPrototype(kinds))
    throw new UsageError(`${path} has a member with the name __proto__, which is not allowed.`);
  const parsed = TenantFiles.safeParse(kinds);
  if (parsed.success) return { files: parsed.data, ignored };
  const [kind, index] = parsed.error.issues[0]?.path ?? [];
  const file = sources?.[String(kind)]?.[Number(index)] ?? path;
  throw new UsageError(`${file} cannot be used: ${whereIn(parsed.error, kinds)}.`);
}

/** Of values that are not too deep. */
function namesPrototype(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(namesPrototype);
}

function readWithin(real: string, file: string, named: string): string {
  try {
    return readRegularFile(real, MAX_FILE_BYTES);
  } catch (error) {
    const which = resolve(named) === resolve(file) ? named : `${named} names ${file}, which`;
    throw new UsageError(`${which} cannot be used: ${messageOf(error)}.`);
  }
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
