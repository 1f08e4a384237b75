import { Script } from 'node:vm';
import { decode } from '@jridgewell/sourcemap-codec';
import { messageOf } from '../shared/errors.ts';
import { HookBuildError, type SourceLocation } from './errors.ts';
import { shownPath } from './esbuild-failure.ts';
import { HOOK_FILE } from './hook-file.ts';
import { hookScript, LINE_OFFSET } from './hook-script.ts';
import { moduleOfFile } from './module-name.ts';

/**
 * Compiles what a hook runs as in the way that its isolate does, without running it. V8 refuses more than the bundler does: among it,
 * regular expressions, and names of the error classes for hooks that are declared again.
 *
 * @param script The author's code, or a bundle.
 * @param sourceMap Of a bundle, with all its sources.
 * @throws {HookBuildError} `hook_syntax_error`; `module_unreadable` when it is in a module's file.
 */
export function mustCompile(script: string, sourceMap?: string): void {
  try {
    new Script(hookScript(script), { filename: HOOK_FILE, lineOffset: LINE_OFFSET });
  } catch (error) {
    const place = placeOf(error);
    const location = place === undefined || sourceMap === undefined ? place : sourceOf(place, sourceMap);
    const module = location && moduleOfFile(`/${location.file}`)?.name;
    const code = module === undefined ? 'hook_syntax_error' : 'module_unreadable';
    throw new HookBuildError(code, messageOf(error), { module, location, cause: error });
  }
}

/** V8 prints the line number before the message, and the column only as a caret below the line; below a long line there is no caret. */
function placeOf(error: unknown): SourceLocation | undefined {
  const [first = '', , carets = ''] = (error instanceof Error ? (error.stack ?? '') : '').split('\n');
  const line = first.startsWith(`${HOOK_FILE}:`) ? Number(first.slice(HOOK_FILE.length + 1)) : NaN;
  if (!(line >= 1)) return undefined;
  return { file: HOOK_FILE, line, column: Math.max(carets.indexOf('^') + 1, 1) };
}

function sourceOf({ line, column }: SourceLocation, sourceMap: string): SourceLocation | undefined {
  const { sources, mappings } = JSON.parse(sourceMap) as { sources: string[]; mappings: string };
  const segments = decode(mappings)[line - 1] ?? [];
  const segment = segments.findLast(([start]) => start < column) ?? segments[0];
  if (segment === undefined || segment.length === 1) return undefined;
  const [, source, sourceLine, sourceColumn] = segment;
  return { file: shownPath(sources[source] ?? ''), line: sourceLine + 1, column: sourceColumn + 1 };
}
