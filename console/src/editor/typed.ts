import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  type CompletionSource,
} from '@codemirror/autocomplete';
import { linter, type Diagnostic } from '@codemirror/lint';
import { StateField, StateEffect, type Extension } from '@codemirror/state';
import { EditorView, hoverTooltip, showTooltip, ViewPlugin, type Tooltip, type ViewUpdate } from '@codemirror/view';
import type { TypesClient } from './types-client.ts';
import type { Explained, Signature } from './worker/protocol.ts';

/** Longest code that types are told of, characters; the worker would be behind every key. */
export const MAX_TYPED_LENGTH = 100_000;

const LINT_DELAY_MS = 250;

/** Completions, problems, hover and signatures, by the types of hooks. */
export function typed(types: TypesClient, onProblems: (problems: readonly Diagnostic[]) => void): Extension {
  return [
    autocompletion({ override: [completionsOf(types)], icons: true }),
    linter(async (view) => problemsOf(types, view, onProblems), { delay: LINT_DELAY_MS }),
    hoverTooltip((view, position) => hoverOf(types, view, position)),
    signatures(types),
  ];
}

function completionsOf(types: TypesClient): CompletionSource {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const word = context.matchBefore(/[\w$]+/);
    const isMember = context.matchBefore(/\.[\w$]*/) !== null;
    if (word === null && !isMember && !context.explicit) return null;
    const code = context.state.doc.toString();
    if (code.length > MAX_TYPED_LENGTH) return null;
    const found = await types.ask({ what: 'completions', at: context.pos }, code);
    if (found === null || context.aborted) return null;
    return {
      from: found.from,
      validFor: /^[\w$]*$/,
      options: found.options.map(({ name, kind, sort }) => ({
        label: name,
        type: ICON_OF_KIND[kind] ?? 'variable',
        sortText: sort + name,
        info: async () => {
          const about = await types.ask({ what: 'completion-details', at: context.pos, name }, code);
          return about === null ? null : explanation(about);
        },
      })),
    };
  };
}

const ICON_OF_KIND: Readonly<Record<string, string>> = {
  method: 'method',
  function: 'function',
  property: 'property',
  class: 'class',
  interface: 'interface',
  const: 'constant',
  keyword: 'keyword',
  type: 'type',
  module: 'namespace',
};

async function problemsOf(
  types: TypesClient,
  view: EditorView,
  onProblems: (problems: readonly Diagnostic[]) => void,
): Promise<Diagnostic[]> {
  const code = view.state.doc.toString();
  if (code.length > MAX_TYPED_LENGTH) return [];
  const found = (await types.ask({ what: 'problems' }, code)) ?? [];
  const end = code.length;
  const problems = found.map(({ from, to, message, isSyntax }): Diagnostic => ({
    from: Math.min(from, end),
    to: Math.min(Math.max(to, from), end),
    severity: isSyntax ? 'error' : 'warning',
    message,
  }));
  onProblems(problems);
  return problems;
}

async function hoverOf(types: TypesClient, view: EditorView, position: number): Promise<Tooltip | null> {
  const about = await types.ask({ what: 'hover', at: position }, view.state.doc.toString());
  if (about === null) return null;
  return { pos: about.from, end: about.to, above: true, create: () => ({ dom: explanation(about) }) };
}

const setSignature = StateEffect.define<{ at: number; signature: Signature } | null>();

const shownSignature = StateField.define<Tooltip | null>({
  create: () => null,
  update: (now, transaction) => {
    for (const effect of transaction.effects) {
      if (!effect.is(setSignature)) continue;
      const { value } = effect;
      if (value === null) return null;
      return { pos: value.at, above: true, create: () => ({ dom: signatureOf(value.signature) }) };
    }
    return now;
  },
  provide: (field) => showTooltip.from(field),
});

/** While the arguments of a call are written. */
function signatures(types: TypesClient): Extension {
  const follow = ViewPlugin.define((view) => ({
    update: ({ docChanged, selectionSet, state }: ViewUpdate) => {
      if (!docChanged && !selectionSet) return;
      const at = state.selection.main.head;
      const code = state.doc.toString();
      const isOpen = state.field(shownSignature) !== null;
      const isBegun = docChanged && /[(,]\s*$/.test(code.slice(Math.max(0, at - 3), at));
      if ((!isOpen && !isBegun) || code.length > MAX_TYPED_LENGTH) return;
      void types.ask({ what: 'signature', at }, code).then((signature) => {
        if (view.state.selection.main.head !== at) return;
        view.dispatch({ effects: setSignature.of(signature === null ? null : { at, signature }) });
      });
    },
  }));
  const close = EditorView.domEventHandlers({
    keydown: (event, view) => {
      if (event.key !== 'Escape' || view.state.field(shownSignature) === null) return false;
      view.dispatch({ effects: setSignature.of(null) });
      return true;
    },
    blur: (_event, view) => {
      if (view.state.field(shownSignature) !== null) view.dispatch({ effects: setSignature.of(null) });
      return false;
    },
  });
  return [shownSignature, follow, close];
}

/** Texts of types: as text, whatever a hook's author wrote into them. */
function explanation({ signature, documentation }: Pick<Explained, 'signature' | 'documentation'>): HTMLElement {
  const dom = document.createElement('div');
  dom.className = 'explanation';
  dom.append(element('code', signature));
  if (documentation !== '') dom.append(element('p', documentation));
  return dom;
}

function signatureOf({ label, from, to, documentation }: Signature): HTMLElement {
  const dom = document.createElement('div');
  dom.className = 'explanation';
  const code = element('code', label.slice(0, from));
  code.append(element('strong', label.slice(from, to)), label.slice(to));
  dom.append(code);
  if (documentation !== '') dom.append(element('p', documentation));
  return dom;
}

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
