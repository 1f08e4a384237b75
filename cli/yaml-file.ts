import type { z } from 'zod';
import { messageOf } from '../shared/errors.ts';
import { readGivenFile } from '../shared/read-text-file.ts';
import { UsageError } from '../shared/usage-error.ts';
import { parseYaml } from './parse-yaml.ts';
import { MAX_FILE_BYTES } from './tenant-files/bounds.ts';

/**
 * Reads a file in YAML, or in JSON, which is YAML too; it may have secrets.
 *
 * @throws {UsageError} Names the file and the place; never what is there.
 */
export function readYamlFile<T>(file: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parsedYaml(file));
  if (parsed.success) return parsed.data;
  const { path = [], message = '' } = parsed.error.issues[0] ?? {};
  throw new UsageError(`${file} cannot be used: ${[path.join('.'), message].filter(Boolean).join(': ')}.`);
}

function parsedYaml(file: string): unknown {
  const text = textOf(file);
  let read: ReturnType<typeof parseYaml>;
  try {
    read = parseYaml(text);
  } catch {
    throw new UsageError(`${file} cannot be used: its aliases make too much of it.`);
  }
  if ('value' in read) return read.value;
  // The parser's own messages quote the file.
  const { code, line } = read.fault;
  throw new UsageError(`${file} cannot be used: it is neither JSON nor YAML at line ${String(line)} (${code}).`);
}

function textOf(file: string): string {
  try {
    return readGivenFile(file, MAX_FILE_BYTES);
  } catch (error) {
    throw new UsageError(`${file} cannot be used: ${messageOf(error)}.`);
  }
}
