import type { HookKind } from '../shared/domain/contracts.ts';
import type { HookLanguage } from '../shared/domain/hook.ts';

/** What a hook is made of. */
export interface HookSource {
  /** The author's file: CommonJS, or a module whose default export is the hook. */
  code: string;
  /** What it is written in; default: JavaScript. */
  language?: HookLanguage | undefined;
  /** The contract that it is written to; default: what the code tells. */
  contract?: HookKind | undefined;
  /** Modules of npm, name -> version, range or tag, as Auth0's `dependencies` of a hook. A range is resolved once and kept. */
  dependencies: Record<string, string>;
}
