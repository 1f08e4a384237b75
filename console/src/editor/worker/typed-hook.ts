import ts from 'typescript';
import { HOOK_FILES } from './language-service.ts';
import type { Language } from './protocol.ts';

/** A hook's code with the one note that gives it types, and where the author's positions are in it. */
export type TypedHook = {
  text: string;
  /** Whose text it is, for the language service. */
  file: string;
  /** Of the hook or Action; `null` when the code exports none. */
  kind: 'hook' | 'action' | null;
  inTyped: (position: number) => number;
  /** Of a place within the note: where it was put in. */
  inAuthors: (position: number) => number;
};

const NOTES = {
  hook: "/** @type {import('hookmint/types').ClientCredentialsExchangeHook} */ ",
  action: "/** @type {import('hookmint/types').CredentialsExchangeAction} */ ",
};

const ACTION_NAME = 'onExecuteCredentialsExchange';

/**
 * Puts a JSDoc note before what the code exports, on the same line: in JavaScript TypeScript takes no other word on what `module.exports`
 * is. The author writes no annotation and sees none. In TypeScript the types are the author's own.
 */
export function typedHook(code: string, language: Language): TypedHook {
  const file = HOOK_FILES[language];
  const asItIs = { text: code, file, inTyped: same, inAuthors: same };
  if (language === 'typescript') return { ...asItIs, kind: kindOf(code) };
  const found = exportOf(code);
  if (found === undefined) return { ...asItIs, kind: null };
  const { at, kind, isTyped } = found;
  if (isTyped) return { ...asItIs, kind };
  const note = NOTES[kind];
  return {
    file,
    text: code.slice(0, at) + note + code.slice(at),
    kind,
    inTyped: (position) => (position < at ? position : position + note.length),
    inAuthors: (position) => (position < at ? position : Math.max(at, position - note.length)),
  };
}

const same = (position: number): number => position;

/** What TypeScript exports: an Action by its name, else a hook. */
function kindOf(code: string): 'hook' | 'action' | null {
  if (new RegExp(`\\b(?:export|exports)\\b[^\\n]*\\b${ACTION_NAME}\\b`).test(code)) return 'action';
  return /\bexport\s+default\b|\bexport\s*=|\bmodule\.exports\s*=/.test(code) ? 'hook' : null;
}

function exportOf(code: string): { at: number; kind: 'hook' | 'action'; isTyped: boolean } | undefined {
  const file = ts.createSourceFile('hook.js', code, ts.ScriptTarget.ES2023, true, ts.ScriptKind.JS);
  for (const statement of file.statements) {
    if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression)) continue;
    const { left, operatorToken } = statement.expression;
    if (operatorToken.kind !== ts.SyntaxKind.EqualsToken || !ts.isPropertyAccessExpression(left)) continue;
    const target = left.getText(file).replaceAll(/\s/g, '');
    const kind = target === 'module.exports' ? 'hook' : ACTIONS.has(target) ? 'action' : undefined;
    if (kind === undefined) continue;
    return { at: statement.getStart(file), kind, isTyped: ts.getJSDocType(statement) !== undefined };
  }
  return undefined;
}

const ACTIONS = new Set([`exports.${ACTION_NAME}`, `module.exports.${ACTION_NAME}`]);
