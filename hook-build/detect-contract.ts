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
  const exporting = HOOK_KINDS.find((kind) => exportsAlone(kind, bare));
  if (exporting !== undefined) return exporting;
  if (EXPORTS.test(bare)) return 'hook';
  return HOOK_KINDS.find((kind) => isDeclared(kind, declares)) ?? 'hook';
}

/** What may export a function as a whole, which is a hook. */
const WHOLE = /\bmodule\.exports=(?!\{|__toCommonJS\()|\bexports\.default=|\bexport default\b|\bas default\b/;

/** Whether the name that a contract calls is exported, and no function as a whole. */
function exportsAlone(kind: HookKind, bare: string): boolean {
  const { exported } = CONTRACTS[kind];
  if (exported === undefined || WHOLE.test(bare)) return false;
  return waysToExport(exported).some((way) => way.test(bare));
}

const waysToExport = (name: string): RegExp[] => [
  new RegExp(String.raw`\bexports\.${name}=(?!=)`),
  new RegExp(String.raw`\bmodule\.exports=\{(?:[^;]{0,1000}[,{ ])?${name}[:,}(]`),
  new RegExp(String.raw`\bexport (?:async )?(?:const|let|var|function\*?) ?${name}\b`),
  // As esbuild compiles a module.
  new RegExp(String.raw`\b__export\([\w$]+,\{(?:[^}]{0,1000},)?${name}:`),
  new RegExp(String.raw`\bexport\{(?:[^}]{0,1000}[ ,])?${name}[,}]`),
];

function isDeclared(kind: HookKind, declares: (name: string) => boolean): boolean {
  const { global } = CONTRACTS[kind];
  return global !== undefined && declares(global);
}
