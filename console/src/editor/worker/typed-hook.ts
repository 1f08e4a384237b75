import ts from 'typescript';
import { HOOK_FILES } from './language-service.ts';
import type { Language } from './protocol.ts';

type CodeKind = 'hook' | 'action' | 'logto' | 'cognito-lambda';
type Kind = CodeKind | 'webhook';

/** A hook's code with the one note that gives it types, and where the author's positions are in it. */
export type TypedHook = {
  text: string;
  /** Whose text it is, for the language service. */
  file: string;
  /** What it is written to; `null` when the code tells none. */
  kind: Kind | null;
  inTyped: (position: number) => number;
  /** Of a place within the note: where it was put in. */
  inAuthors: (position: number) => number;
};

const NOTES: Readonly<Record<CodeKind, string>> = {
  hook: "/** @type {import('hookmint/types').ClientCredentialsExchangeHook} */ ",
  action: "/** @type {import('hookmint/types').CredentialsExchangeAction} */ ",
  logto: "/** @type {import('hookmint/types').LogtoScript} */ ",
  'cognito-lambda': "/** @type {import('hookmint/types').CognitoLambda} */ ",
};

const ACTION_NAME = 'onExecuteCredentialsExchange';
const LOGTO_NAME = 'getCustomJwtClaims';

/**
 * Puts a JSDoc note before what the code exports, on the same line: in JavaScript TypeScript takes no other word on what `module.exports`
 * is. The author writes no annotation and sees none. In TypeScript the types are the author's own.
 */
export function typedHook(code: string, language: Language): TypedHook {
  const file = HOOK_FILES[language];
  const asItIs = { text: code, file, inTyped: same, inAuthors: same };
  // JSON is an expression where it has parentheses around it; what a webhook's file may have the service says.
  if (JSON_BEGINS.test(code)) {
    return {
      ...asItIs,
      text: `(${code})`,
      kind: 'webhook',
      inTyped: (at) => at + 1,
      inAuthors: (at) => Math.max(0, at - 1),
    };
  }
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

/** No code begins so: a label is no text. */
const JSON_BEGINS = /^\s*\{\s*"[^"\n]{0,200}"\s*:/;

const same = (position: number): number => position;

/** What TypeScript exports or declares. */
function kindOf(code: string): Kind | null {
  if (new RegExp(`\\b(?:export|exports)\\b[^\\n]*\\b${ACTION_NAME}\\b`).test(code)) return 'action';
  if (/\bexport\s+default\b|\bexport\s*=|\bmodule\.exports\s*=/.test(code)) return 'hook';
  if (/\b(?:export|exports)\b[^\n]*\bhandler\b/.test(code)) return 'cognito-lambda';
  return new RegExp(`\\b(?:const|let|var|function)\\s+${LOGTO_NAME}\\b`).test(code) ? 'logto' : null;
}

function exportOf(code: string): { at: number; kind: CodeKind; isTyped: boolean } | undefined {
  const file = ts.createSourceFile('hook.js', code, ts.ScriptTarget.ES2023, true, ts.ScriptKind.JS);
  const declared: (ts.VariableStatement | ts.FunctionDeclaration)[] = [];
  for (const statement of file.statements) {
    const name = declaredName(statement, file);
    if (name === LOGTO_NAME) declared.push(statement as ts.VariableStatement | ts.FunctionDeclaration);
    if (name === 'handler' && isExported(statement)) {
      const isTyped = ts.getJSDocType(statement) !== undefined;
      return { at: statement.getStart(file), kind: 'cognito-lambda', isTyped };
    }
    if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression)) continue;
    const { left, operatorToken } = statement.expression;
    if (operatorToken.kind !== ts.SyntaxKind.EqualsToken || !ts.isPropertyAccessExpression(left)) continue;
    const target = left.getText(file).replaceAll(/\s/g, '');
    const kind = target === 'module.exports' ? 'hook' : NAMED[target];
    if (kind === undefined) continue;
    return { at: statement.getStart(file), kind, isTyped: ts.getJSDocType(statement) !== undefined };
  }
  const [script] = declared;
  if (script === undefined) return undefined;
  return { at: script.getStart(file), kind: 'logto', isTyped: ts.getJSDocType(script) !== undefined };
}

/** The one name that a statement declares. */
function declaredName(statement: ts.Statement, file: ts.SourceFile): string | undefined {
  if (ts.isFunctionDeclaration(statement)) return statement.name?.text;
  if (!ts.isVariableStatement(statement)) return undefined;
  return statement.declarationList.declarations[0]?.name.getText(file);
}

const isExported = (statement: ts.Statement): boolean =>
  ts.canHaveModifiers(statement) &&
  (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

const NAMED: Readonly<Record<string, CodeKind | undefined>> = {
  [`exports.${ACTION_NAME}`]: 'action',
  [`module.exports.${ACTION_NAME}`]: 'action',
  'exports.handler': 'cognito-lambda',
  'module.exports.handler': 'cognito-lambda',
};
