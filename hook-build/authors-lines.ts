import { decode, encode } from '@jridgewell/sourcemap-codec';
import { shownPath } from './esbuild-failure.ts';
import { HOOK_FILE } from './hook-file.ts';

/**
 * Keeps of a bundle's source map what leads to the author's own file: it travels with the revision, and nobody looks for lines of
 * the modules.
 */
export function keepAuthorsLines(sourceMap: string): string {
  const { sources, mappings } = JSON.parse(sourceMap) as { sources: string[]; mappings: string };
  const hook = sources.findIndex((source) => shownPath(source) === HOOK_FILE);
  const lines = decode(mappings).map((line) =>
    line.flatMap((segment) =>
      segment.length > 1 && segment[1] === hook
        ? [[segment[0], 0, segment[2] ?? 0, segment[3] ?? 0] as [number, number, number, number]]
        : [],
    ),
  );
  const last = lines.findLastIndex((line) => line.length > 0);
  return JSON.stringify({ version: 3, sources: [HOOK_FILE], names: [], mappings: encode(lines.slice(0, last + 1)) });
}
