import { build, transform, type Loader } from 'esbuild';
import { CONTRACTS, type HookKind } from '../shared/domain/contracts.ts';
import type { HookLanguage } from '../shared/domain/hook.ts';
import { withoutComputedRequires } from './bundle/computed-requires.ts';
import { loaderOfLanguage } from './bundle/loaders.ts';
import type { SourceLocation } from './errors.ts';
import { BUNDLE_NAMESPACE, buildFailure, locationOf } from './esbuild-failure.ts';
import { HOOK_FILE } from './hook-file.ts';
import { inertDirective } from './inert-directive.ts';
import { mustCompile } from './must-compile.ts';
import { detectContract } from './detect-contract.ts';
import { exportsNothing } from './exports-nothing.ts';
import { declaresIn, probeOf } from './top-level-names.ts';

const BUFFER_MARK = '__hookmint_uses_Buffer';

export interface HookScan {
  kind: HookKind;
  /** What the hook requires or imports, each once, with the place of the first. */
  required: { text: string; location: SourceLocation | undefined }[];
  /** Written with `import` or `export`. */
  isModule: boolean;
  /** Whether it runs as more than its author's code. */
  needsBundle: boolean;
  /** What to say of one that exports nothing which a trigger calls; it is refused when there is nothing worse to say. */
  exportsNothing: string | undefined;
}

/**
 * Reads a hook's code without resolving anything. Code that runs as it is compiles, too; a bundle is compiled when it has been made.
 *
 * @param contract That it is written to; without it the code tells.
 * @throws HookBuildError `hook_syntax_error`
 */
export async function scanHook(code: string, language?: HookLanguage, contract?: HookKind): Promise<HookScan> {
  const loader = loaderOfLanguage(language);
  const found = new Map<string, SourceLocation | undefined>();
  try {
    const authors = await withoutComputedRequires(inertDirective(code), HOOK_FILE, loader);
    const probe = probeOf(code);
    const contents = authors + probe.lines;
    const { metafile, outputFiles, warnings } = await build({
      entryPoints: [HOOK_FILE],
      bundle: true,
      write: false,
      metafile: true,
      format: 'cjs',
      platform: 'node',
      target: 'esnext',
      tsconfigRaw: '{}',
      logLevel: 'silent',
      // Only the global is replaced, not an author's own variable of that name.
      define: { ...probe.define, Buffer: BUFFER_MARK, 'global.Buffer': BUFFER_MARK, 'globalThis.Buffer': BUFFER_MARK },
      plugins: [
        {
          name: 'required',
          setup(build) {
            build.onResolve({ filter: /.*/ }, ({ path, kind }) => {
              if (kind === 'entry-point') return { path: HOOK_FILE, namespace: BUNDLE_NAMESPACE };
              // A warning is the one thing that comes back with the place of the require.
              return { path, external: true, warnings: [{ text: path, detail: 'required' }] };
            });
            build.onLoad({ filter: /.*/ }, () => ({ contents, loader }));
          },
        },
      ],
    });
    for (const warning of warnings) {
      if (warning.detail === 'required' && !found.has(warning.text)) {
        found.set(warning.text, locationOf(warning.location));
      }
    }
    const isModule = metafile.inputs[`${BUNDLE_NAMESPACE}:${HOOK_FILE}`]?.format === 'esm';
    const usesBuffer = outputFiles.some(({ text }) => text.includes(BUFFER_MARK));
    const bare = await withoutComments(authors, loader);
    const declares = declaresIn(outputFiles[0]?.text ?? '');
    const kind = contract ?? detectContract(bare, declares);
    const { global } = CONTRACTS[kind];
    const isWhole = language !== 'typescript' && found.size === 0 && !isModule && !usesBuffer && global === undefined;
    if (isWhole) mustCompile(code);
    const required = [...found].map(([text, location]) => ({ text, location }));
    return { kind, required, isModule, needsBundle: !isWhole, exportsNothing: exportsNothing(bare, kind, declares) };
  } catch (error) {
    throw buildFailure(error);
  }
}

/** What a script exports is told by its code, not by its comments. */
async function withoutComments(code: string, loader: Loader): Promise<string> {
  return (await transform(code, { loader, minifyWhitespace: true, legalComments: 'none' })).code;
}
