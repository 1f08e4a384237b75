import leven from 'leven';
import { ACTION_FUNCTION, CONTRACTS, HOOK_KINDS, type HookKind } from '../shared/domain/contracts.ts';

/** Further apart, a name is not a misspelling of another. */
const MAX_DISTANCE = 6;

/** What all contracts look like. */
const FORMS = HOOK_KINDS.map((kind) => CONTRACTS[kind].form).join('; ');

/** Names that functions of elsewhere have, and where. */
const ELSEWHERE: readonly [name: RegExp, of: string][] = [
  [/^on(Execute|Continue)[A-Z]/, "is of another trigger of Auth0's Actions"],
  [/^getCustomJwtClaims$/, 'is of Logto, whose script declares it and exports nothing'],
];

/** How scripts export single names. Text and comments may look like it too: what was meant is all that depends on these. */
const NAMED: readonly RegExp[] = [
  /\bexports\.([\w$]+)=(?!=)/g,
  /\bexport (?:async )?(?:const|let|var|class|function\*?) ?([\w$]+)/g,
  /\bmodule\.exports=\{(?:async )?([\w$]+)/g,
];

/** What exports single names, an object, or nothing: never the one function that a hook is. */
const NO_FUNCTION =
  /\b(?:module\.)?exports\.(?!default\b)[\w$]+(?==[^=])|\bmodule\.exports=\{|(?<![.\w$])exports=(?!=)/g;
/** After those, words by which a script may export a function after all; and those by which it may export an Action. */
const MAYBE_FUNCTION = /\b(?:(?:exports|module|eval|Function)\b|export default|export[{*])/;
const MAYBE_ACTION = /\b(?:exports|module|export|eval|Function|this)\b/;

/**
 * What to say of a script that exports nothing which a trigger calls, with the name that was meant; `undefined` where its text does not tell,
 * and loading it will.
 *
 * @param code Without comments and without white space that could be left out.
 * @param kind The contract that it is written to.
 * @param declares Whether it declares a name at its top level.
 */
export function exportsNothing(code: string, kind: HookKind, declares: (name: string) => boolean): string | undefined {
  const { exported, global, form } = CONTRACTS[kind];
  if (global !== undefined) return declares(global) ? undefined : `the script declares no ${global}: ${form}`;
  if (exported !== undefined) return MAYBE_ACTION.test(code) ? undefined : `the script exports no ${exported}: ${form}`;
  const may = kind === 'action' ? MAYBE_ACTION.test(code) : MAYBE_FUNCTION.test(code.replace(NO_FUNCTION, ''));
  if (may) return undefined;
  const names = NAMED.flatMap((pattern) => [...code.matchAll(pattern)].flatMap(([, name]) => name ?? []));
  return `the script exports ${shown(names)} that is called: ${meant(names, code)}`;
}

function shown(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : `${[...new Set(names)].slice(0, 3).join(', ')}, and nothing`;
}

function meant(names: readonly string[], code: string): string {
  const near = names.find((name) => isNear(name));
  if (near !== undefined) return `for ${near} write ${ACTION_FUNCTION}`;
  for (const [pattern, of] of ELSEWHERE) {
    const name = names.find((one) => pattern.test(one));
    if (name !== undefined) return `${name} ${of}; ${FORMS}`;
  }
  if (/(?<![.\w$])exports=(?!=)/.test(code)) return 'for `exports =` write `module.exports =`';
  return FORMS;
}

/** Also in another case, or with other words between. */
function isNear(name: string): boolean {
  return leven(name.toLowerCase(), ACTION_FUNCTION.toLowerCase()) <= MAX_DISTANCE;
}
