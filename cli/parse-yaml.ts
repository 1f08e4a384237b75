import { isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';

/** What is wrong with a text, and where; the message may quote a name of it. */
export type YamlFault = { code: string; message: string; line: number; column: number };

/**
 * Reads YAML, or JSON, which is YAML too, whoever made it: in a time that rises as its length does.
 *
 * @throws {ReferenceError} for aliases that make much of little.
 */
export function parseYaml(text: string): { value: unknown } | { fault: YamlFault } {
  const lines = new LineCounter();
  // Pretty errors quote the text, and take the square of its length where there are many.
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  // A tag that is not known is a warning of the parser; who made the text meant something by it.
  const [problem = repeatedKeyOf(yaml)] = [...yaml.errors, ...yaml.warnings];
  if (problem === undefined) return { value: yaml.toJS() };
  const { code, message, pos } = problem;
  const { line, col } = lines.linePos(pos[0]);
  return { fault: { code, message, line, column: col } };
}

type Problem = { code: string; message: string; pos: readonly [number, ...number[]] };

/** What the parser's own look for keys finds in the square of their number. */
function repeatedKeyOf(yaml: Document.Parsed): Problem | undefined {
  let found: Problem | undefined;
  visit(yaml, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          found = { code: 'DUPLICATE_KEY', message: 'Map keys must be unique', pos: [key.range?.[0] ?? 0] };
          return visit.BREAK;
        }
        seen.add(key.value);
      }
      return undefined;
    },
  });
  return found;
}
