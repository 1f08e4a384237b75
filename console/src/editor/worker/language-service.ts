import files from 'declarations';
import ts from 'typescript';
import type { Language } from './protocol.ts';

/** What a hook is, by its language; the other one is empty. */
export const HOOK_FILES: Readonly<Record<Language, string>> = { javascript: '/hook.js', typescript: '/hook.ts' };
const EMPTY = 'export {};';
const SECRETS_FILE = '/secrets.d.ts';
const TYPES_MODULE = 'hookmint/types';
const TYPES_FILE = '/types/index.d.ts';

/** Names of Actions' and hooks' code are of Node 22; types advise, so a hook that ran for years has no mark for a missing check. */
const OPTIONS: ts.CompilerOptions = {
  allowJs: true,
  checkJs: true,
  strict: true,
  noImplicitAny: false,
  strictNullChecks: false,
  useUnknownInCatchVariables: false,
  noEmit: true,
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.Preserve,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  types: [],
};

export type TypesOfHooks = {
  service: ts.LanguageService;
  /** Has the service look at another text, and other secrets. */
  show: (text: string, secrets: readonly string[], language: Language) => void;
};

/** TypeScript's language service over the files in memory: the language's library, hookmint's types, and the hook. */
export function openTypes(): TypesOfHooks {
  const texts = new Map<string, { text: string; version: number }>([
    ...Object.entries(files).map(([name, text]): [string, { text: string; version: number }] => [
      name,
      { text, version: 1 },
    ]),
    [HOOK_FILES.javascript, { text: EMPTY, version: 1 }],
    [HOOK_FILES.typescript, { text: EMPTY, version: 1 }],
    [SECRETS_FILE, { text: EMPTY, version: 1 }],
  ]);
  const roots = [...Object.values(HOOK_FILES), SECRETS_FILE, TYPES_FILE, '/types/runtime.d.ts'];

  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => OPTIONS,
    getScriptFileNames: () => roots,
    getScriptVersion: (name) => String(texts.get(name)?.version ?? 0),
    getScriptSnapshot: (name) => {
      const file = texts.get(name);
      return file === undefined ? undefined : ts.ScriptSnapshot.fromString(file.text);
    },
    getCurrentDirectory: () => '/',
    getDefaultLibFileName: () => '/lib/lib.es2023.d.ts',
    fileExists: (name) => texts.has(name),
    readFile: (name) => texts.get(name)?.text,
    directoryExists: () => true,
    getDirectories: () => [],
    resolveModuleNameLiterals: (names) =>
      names.map(({ text }) => ({
        resolvedModule:
          text === TYPES_MODULE ? { resolvedFileName: TYPES_FILE, extension: ts.Extension.Dts } : undefined,
      })),
  };

  const put = (name: string, text: string): void => {
    const before = texts.get(name);
    if (before?.text !== text) texts.set(name, { text, version: (before?.version ?? 0) + 1 });
  };
  return {
    service: ts.createLanguageService(host),
    show: (text, secrets, language) => {
      put(HOOK_FILES.javascript, language === 'javascript' ? text : EMPTY);
      put(HOOK_FILES.typescript, language === 'typescript' ? text : EMPTY);
      put(SECRETS_FILE, secretsDeclaration(secrets));
    },
  };
}

function secretsDeclaration(secrets: readonly string[]): string {
  const members = secrets.map((name) => `${JSON.stringify(name)}: string;`).join(' ');
  return `import '${TYPES_MODULE}';\ndeclare module '${TYPES_MODULE}' { interface HookSecrets { ${members} } }`;
}
