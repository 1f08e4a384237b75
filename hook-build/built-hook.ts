import { z } from 'zod';
import { CODE_KINDS } from '../shared/domain/contracts.ts';
import { MAX_HOOK_MODULES, MAX_HOOK_SCRIPT_BYTES } from '../shared/domain/hook.ts';
import { HOOK_FILE } from './hook-file.ts';
import { InstalledModule } from './install/locked-module.ts';

/** What `keepAuthorsLines` leaves of a source map, and nothing else: a hook-executor reads it whenever a run fails. */
const AuthorsLines = z.string().max(MAX_HOOK_SCRIPT_BYTES).refine(hasAuthorsLinesAlone);
const SourceMap = z.strictObject({
  version: z.literal(3),
  sources: z.tuple([z.literal(HOOK_FILE)]),
  names: z.tuple([]),
  mappings: z.string().regex(/^[A-Za-z0-9+/,;]*$/),
});

export const HookBundle = z.object({ script: z.string().min(1).max(MAX_HOOK_SCRIPT_BYTES), sourceMap: AuthorsLines });

/** What a build comes to. It is made where authors' code and strangers' modules are read, and believed no more than those. */
export const BuiltHook = z.strictObject({
  /** The contract that it is written to; what is no code was not built. */
  kind: z.enum(CODE_KINDS),
  /** CommonJS to be compiled in the isolate; the hook's code itself when it needs nothing. */
  script: z.string().max(MAX_HOOK_SCRIPT_BYTES),
  /** Maps `script` to `hook.js`, the author's file; null when `script` is the author's file. */
  sourceMap: AuthorsLines.nullable(),
  /** Everything that came from the registry, sorted. */
  modules: z.array(InstalledModule).max(MAX_HOOK_MODULES),
});
export type BuiltHook = z.infer<typeof BuiltHook>;

function hasAuthorsLinesAlone(text: string): boolean {
  try {
    return SourceMap.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
