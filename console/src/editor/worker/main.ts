import ts from 'typescript';
import { openTypes } from './language-service.ts';
import type { Answers, Asked, Problem } from './protocol.ts';
import { typedHook, type TypedHook } from './typed-hook.ts';

/** Modules are not looked for: what `require` gives is anything. */
const OF_MODULES = new Set([2307, 2792, 7016]);

const NO_EXPORT =
  'The code exports no hook, module.exports = function (…) {…}, no Action, exports.onExecuteCredentialsExchange = …, and no handler, and declares no getCustomJwtClaims';

const types = openTypes();
const { service } = types;

self.addEventListener('message', ({ data }: MessageEvent<Asked>) => {
  const hook = typedHook(data.code, data.language);
  types.show(hook.text, data.secrets, data.language);
  self.postMessage({ id: data.id, answer: answerOf(data, hook) });
});

function answerOf(asked: Asked, hook: TypedHook): Answers[keyof Answers] {
  switch (asked.what) {
    case 'problems':
      return problems(hook);
    case 'completions':
      return completions(hook, asked.at);
    case 'completion-details':
      return details(hook, asked.at, asked.name);
    case 'hover':
      return hover(hook, asked.at);
    case 'signature':
      return signature(hook, asked.at);
  }
}

function problems(hook: TypedHook): Problem[] {
  const asProblem = (isSyntax: boolean) => (found: ts.Diagnostic) => {
    const { start = 0, length = 0, messageText } = found;
    const message = ts.flattenDiagnosticMessageText(messageText, '\n');
    return { from: hook.inAuthors(start), to: hook.inAuthors(start + length), message, isSyntax };
  };
  const syntax = service.getSyntacticDiagnostics(hook.file).map(asProblem(true));
  const types = service
    .getSemanticDiagnostics(hook.file)
    .filter(({ code, file }) => file?.fileName === hook.file && !OF_MODULES.has(code))
    .map(asProblem(false));
  const nothing = {
    from: 0,
    to: 0,
    message: NO_EXPORT,
    isSyntax: false,
  };
  // Code that is being written is often not whole: what types say of the rest is true all the same.
  return [...syntax, ...(hook.kind === null && syntax.length === 0 ? [nothing] : []), ...types];
}

function completions(hook: TypedHook, at: number): Answers['completions'] {
  const position = hook.inTyped(at);
  const found = service.getCompletionsAtPosition(hook.file, position, {});
  if (found === undefined) return null;
  const start = found.optionalReplacementSpan?.start ?? startOfWord(hook.text, position);
  const options = found.entries
    .filter(({ kind }) => kind !== ts.ScriptElementKind.warning)
    .map(({ name, kind, sortText }) => ({ name, kind, sort: sortText }));
  return { from: hook.inAuthors(start), options };
}

function startOfWord(text: string, position: number): number {
  let start = position;
  while (start > 0 && /[\w$]/.test(text[start - 1] ?? '')) start--;
  return start;
}

function details(hook: TypedHook, at: number, name: string): Answers['completion-details'] {
  const position = hook.inTyped(at);
  const found = service.getCompletionEntryDetails(
    hook.file,
    position,
    name,
    undefined,
    undefined,
    undefined,
    undefined,
  );
  if (found === undefined) return null;
  return { signature: textOf(found.displayParts), documentation: textOf(found.documentation) };
}

function hover(hook: TypedHook, at: number): Answers['hover'] {
  const found = service.getQuickInfoAtPosition(hook.file, hook.inTyped(at));
  if (found === undefined) return null;
  const { start, length } = found.textSpan;
  return {
    from: hook.inAuthors(start),
    to: hook.inAuthors(start + length),
    signature: textOf(found.displayParts),
    documentation: textOf(found.documentation),
  };
}

function signature(hook: TypedHook, at: number): Answers['signature'] {
  const found = service.getSignatureHelpItems(hook.file, hook.inTyped(at), undefined);
  const item = found?.items[found.selectedItemIndex];
  if (found === undefined || item === undefined) return null;
  let label = textOf(item.prefixDisplayParts);
  let [from, to] = [0, 0];
  for (const [index, parameter] of item.parameters.entries()) {
    if (index > 0) label += textOf(item.separatorDisplayParts);
    const start = label.length;
    label += textOf(parameter.displayParts);
    if (index === found.argumentIndex) [from, to] = [start, label.length];
  }
  label += textOf(item.suffixDisplayParts);
  const documentation = textOf(item.parameters[found.argumentIndex]?.documentation ?? item.documentation);
  return { label, from, to, documentation };
}

const textOf = (parts: readonly ts.SymbolDisplayPart[] | undefined): string =>
  ts.displayPartsToString([...(parts ?? [])]);
