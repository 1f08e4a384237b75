import { resolve } from 'node:path';
import { isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { z } from 'zod';
import { messageOf } from '../../shared/errors.ts';
import { UsageError } from '../../shared/usage-error.ts';
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
    const lines = new LineCounter();
    // Pretty errors quote the file, and take the square of its length where there are many.
    const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
    // A tag that is not known is a warning of the parser; who made the file meant something by it.
    const [problem = repeatedKeyOf(yaml)] = [...yaml.errors, ...yaml.warnings];
    if (problem !== undefined) {
      const { line, col } = lines.linePos(problem.pos[0]);
      throw new Error(`${problem.message} at line ${String(line)}, column ${String(col)}`);
    }
    return Members.parse(yaml.toJS());
  } catch (error) {
    const reason = error instanceof z.ZodError ? 'it is not a mapping' : messageOf(error);
    throw new UsageError(`${file} cannot be used: ${reason}.`);
  }
}

/** What the parser's own look for keys finds in the square of their number. */
function repeatedKeyOf(yaml: Document.Parsed): { message: string; pos: readonly [number, ...number[]] } | undefined {
  let found: ReturnType<typeof repeatedKeyOf>;
  visit(yaml, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          found = { message: 'Map keys must be unique', pos: [key.range?.[0] ?? 0] };
          return visit.BREAK;
        }
        seen.add(key.value);
      }
      return undefined;
    },
  });
  return found;
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
