import { resolve } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../../shared/errors.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { parseYaml } from '../parse-yaml.ts';
import type { RawExport, ReadText } from './raw-export.ts';

const KINDS = [
  ...['resourceServers', 'clientAssertionIssuers', 'clients', 'clientGrants'],
  ...['hooks', 'actions', 'triggers', 'tenant'],
];

const Members = z.record(z.string(), z.unknown());

/** The YAML form (contract §7): one file, code in files that are named from it. */
export function readYaml(file: string, root: string, readText: ReadText): RawExport {
  const document = parsed(file, readText(resolve(file), file));
  const kinds = Object.fromEntries(
    KINDS.flatMap((kind) => {
      const value = document[kind];
      return value === undefined || value === null ? [] : [[kind, withCode(kind, value, root, file, readText)]];
    }),
  );
  const ignored = Object.entries(document)
    .filter(([kind, value]) => !KINDS.includes(kind) && !isEmpty(value))
    .map(([kind]) => kind);
  return { kinds, ignored: ignored.sort() };
}

function parsed(file: string, text: string): Record<string, unknown> {
  try {
    const read = parseYaml(text);
    if ('fault' in read) {
      const { message, line, column } = read.fault;
      throw new Error(`${message} at line ${String(line)}, column ${String(column)}`);
    }
    return Members.parse(read.value);
  } catch (error) {
    const reason = error instanceof z.ZodError ? 'it is not a mapping' : messageOf(error);
    throw new UsageError(`${file} cannot be used: ${reason}.`);
  }
}

function withCode(kind: string, items: unknown, root: string, file: string, readText: ReadText): unknown {
  const member = kind === 'hooks' ? 'script' : kind === 'actions' ? 'code' : undefined;
  if (member === undefined || !Array.isArray(items)) return items;
  return items.map((item: Record<string, unknown>) => {
    const path = item[member];
    return typeof path === 'string'
      ? { ...item, [member]: readText(resolve(root, path.replaceAll('\\', '/')), file) }
      : item;
  });
}

const isEmpty = (value: unknown): boolean =>
  value === null || (typeof value === 'object' && Object.keys(value).length === 0);
