import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What the sources say that no value has: comments at the boundary, and calls as they are written. */
export function parsed(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(`${ROOT}${file}`, 'utf8'), ts.ScriptTarget.Latest, true);
}

/** Every node of a file, from its beginning. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* nodesOf(child);
}

/** The docstring before a node, in one line; empty without one. */
export function docOf(node: ts.Node): string {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return oneLine(ts.getTextOfJSDocComment(comments.at(-1)?.comment) ?? '');
}

/** The comment before what has no docstrings in TypeScript's eyes, such as an element of an array. */
export function commentBefore(node: ts.Node): string {
  const text = node.getSourceFile().text;
  const [range] = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [];
  return oneLine(
    range === undefined ? '' : text.slice(range.pos, range.end).replaceAll(/^\/\*+|\*+\/$|^\s*\* ?/gm, ''),
  );
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
