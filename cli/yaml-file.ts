import { parse, YAMLParseError } from 'yaml';
import type { z } from 'zod';
import { messageOf } from '../shared/errors.ts';
import { readGivenFile } from '../shared/read-text-file.ts';
import { UsageError } from '../shared/usage-error.ts';
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
  try {
    return parse(readGivenFile(file, MAX_FILE_BYTES), { logLevel: 'error' });
  } catch (error) {
    // The parser's own messages quote the file.
    const reason =
      error instanceof YAMLParseError
        ? `it is neither JSON nor YAML at line ${String(error.linePos?.[0].line)} (${error.code})`
        : error instanceof Error && 'syscall' in error
          ? messageOf(error)
          : 'it is neither JSON nor YAML';
    throw new UsageError(`${file} cannot be used: ${reason}.`);
  }
}
