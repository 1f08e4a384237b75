import { build } from 'esbuild';
import type { SourceLocation } from './errors.ts';
import { buildFailure, locationOf } from './esbuild-failure.ts';

/** The author's file, as errors and source maps call it. */
export const HOOK_FILE = 'hook.js';

const BUFFER_MARK = '__hookmint_uses_Buffer';

export interface HookScan {
  /** What the hook requires or imports, each once, with the place of the first. */
  required: { text: string; location: SourceLocation | undefined }[];
  /** Written with `import` or `export`. */
  isModule: boolean;
  usesBuffer: boolean;
}

/**
 * Reads a hook's code without resolving anything.
 * @throws HookBuildError `hook_syntax_error`
 */
export async function scanHook(code: string): Promise<HookScan> {
  const found = new Map<string, SourceLocation | undefined>();
  try {
    const { metafile, outputFiles, warnings } = await build({
      stdin: { contents: code, sourcefile: HOOK_FILE, loader: 'js' },
      bundle: true,
      write: false,
      metafile: true,
      format: 'cjs',
      platform: 'node',
      target: 'esnext',
      logLevel: 'silent',
      // Only the global is replaced, not an author's own variable of that name.
      define: { Buffer: BUFFER_MARK, 'global.Buffer': BUFFER_MARK, 'globalThis.Buffer': BUFFER_MARK },
      plugins: [
        {
          name: 'required',
          setup(build) {
            build.onResolve({ filter: /.*/ }, ({ path, kind }) => {
              if (kind === 'entry-point') return undefined;
              // A warning is the one thing that comes back with the place of the require.
              return { path, external: true, warnings: [{ text: path, detail: 'required' }] };
            });
          },
        },
      ],
    });
    for (const warning of warnings) {
      if (warning.detail === 'required' && !found.has(warning.text)) {
        found.set(warning.text, locationOf(warning.location));
      }
    }
    return {
      required: [...found].map(([text, location]) => ({ text, location })),
      isModule: metafile.inputs[HOOK_FILE]?.format === 'esm',
      usesBuffer: outputFiles.some(({ text }) => text.includes(BUFFER_MARK)),
    };
  } catch (error) {
    throw buildFailure(error);
  }
}
