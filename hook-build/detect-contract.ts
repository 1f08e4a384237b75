import { ACTION_FUNCTION, CONTRACTS, HOOK_KINDS, type HookKind } from '../shared/domain/contracts.ts';

/** What an Action exports, as a property or by `export`. */
const ACTION = new RegExp(String.raw`\b${ACTION_FUNCTION}\s*[=:,}(]`);

/** What exports something, by any of its names. */
const EXPORTS = /(?<![.\w$])(?:exports\b|module\b|export(?:\{| ))/;

/**
 * The contract that a script is written to.
 *
 * @param bare Its code without comments, and without white space that could be left out.
 * @param declares Whether it declares a name at its top level.
 */
export function detectContract(bare: string, declares: (name: string) => boolean): HookKind {
  if (ACTION.test(bare)) return 'action';
  if (EXPORTS.test(bare)) return 'hook';
  return HOOK_KINDS.find((kind) => isDeclared(kind, declares)) ?? 'hook';
}

function isDeclared(kind: HookKind, declares: (name: string) => boolean): boolean {
  const { global } = CONTRACTS[kind];
  return global !== undefined && declares(global);
}
