import { CONTRACTS, HOOK_KINDS, type HookKind } from '../shared/domain/contracts.ts';

/** Names that some contract calls although nothing exports them. */
const CALLED = HOOK_KINDS.flatMap((kind) => CONTRACTS[kind].global ?? []);

const PROBE = '__hookmint_called';
const unbound = (name: string): string => `__hookmint_unbound_${name}`;

/** Lines after a script by which the bundler tells which of the called names it declares, and the replacements that they need. */
export function probeOf(code: string): { lines: string; define: Record<string, string> } {
  const named = CALLED.filter((name) => code.includes(name));
  return {
    lines: named.map((name) => `\n;${PROBE}(${name});`).join(''),
    // Only a global is replaced, not a name that the script declares.
    define: Object.fromEntries(named.map((name) => [name, unbound(name)])),
  };
}

/** Of what the bundler made of a script with its probe. */
export function declaresIn(bundled: string): (name: string) => boolean {
  return (name) =>
    bundled.includes(`${PROBE}(`) && CALLED.includes(name) && !bundled.includes(`${PROBE}(${unbound(name)})`);
}

/** What makes an export of the name that a contract calls, on a line after the script's last. */
export function withCalledExported(code: string, kind: HookKind, isModule: boolean): string {
  const { global } = CONTRACTS[kind];
  if (global === undefined) return code;
  const value = `typeof ${global} === 'function' ? ${global} : undefined;`;
  return `${code}\n;${isModule ? 'export default' : 'module.exports ='} ${value}`;
}
