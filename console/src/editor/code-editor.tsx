import { closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab, toggleTabFocusMode } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import { bracketMatching, indentOnInput, indentUnit } from '@codemirror/language';
import { lintKeymap, nextDiagnostic, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { useEffect, useImperativeHandle, useRef, type Ref } from 'react';
import { NONCE } from '../page.ts';
import { plainReplacement } from './plain-replacement.ts';
import { theme } from './theme.ts';
import { typed } from './typed.ts';
import { openTypes } from './types-client.ts';
import type { Language } from './worker/protocol.ts';

/** What the page may do with the editor beside showing it. */
export type EditorHandle = {
  /** Puts another text in the place of all of it; the author can undo it. */
  replace: (code: string) => void;
  insert: (text: string) => void;
  /** Goes to a place in the author's file, both from 1. */
  goTo: (line: number, column: number) => void;
  /** Marks what a build or run told of. */
  mark: (line: number, column: number, message: string) => void;
  nextProblem: () => void;
  focus: () => void;
};

export type Problem = { line: number; column: number; message: string; isError: boolean };

/** Code with the types of hooks. Its text is the editor's own; `onChange` tells of each change. */
export function CodeEditor({
  initial,
  label,
  isReadOnly,
  secrets,
  language,
  handle,
  onChange,
  onProblems,
}: {
  initial: string;
  label: string;
  isReadOnly: boolean;
  secrets: readonly string[];
  language: Language;
  handle: Ref<EditorHandle>;
  onChange: (code: string) => void;
  onProblems: (problems: readonly Problem[]) => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const told = useRef({ onChange, onProblems });
  told.current = { onChange, onProblems };

  useEffect(() => {
    if (place.current === null) return undefined;
    const types = openTypes();
    types.setLanguage(language);
    const tellProblems = (found: readonly Diagnostic[]): void => {
      const document = view.current?.state.doc;
      if (document !== undefined) told.current.onProblems(found.map((problem) => asProblem(problem, document)));
    };
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: initial,
        extensions: [
          EditorView.cspNonce.of(NONCE),
          lineNumbers(),
          // What would be invisible, or turn the rest around.
          highlightSpecialChars(),
          highlightActiveLineGutter(),
          highlightActiveLine(),
          history(),
          drawSelection(),
          indentOnInput(),
          indentUnit.of('  '),
          bracketMatching(),
          closeBrackets(),
          highlightSelectionMatches(),
          javascript({ typescript: language === 'typescript' }),
          theme,
          plainReplacement,
          typed(types, tellProblems),
          EditorState.readOnly.of(isReadOnly),
          EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
          keymap.of([
            { key: 'Ctrl-m', mac: 'Shift-Alt-m', run: toggleTabFocusMode },
            ...closeBracketsKeymap,
            ...defaultKeymap.filter(({ key }) => key !== 'Mod-Enter'),
            ...searchKeymap,
            ...historyKeymap,
            ...completionKeymap,
            ...lintKeymap,
            indentWithTab,
          ]),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) told.current.onChange(state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, [initial, label, isReadOnly, language]);

  useEffect(() => {
    openTypes().setSecrets(secrets);
  }, [secrets]);

  useImperativeHandle(handle, () => ({
    replace: (code) => {
      const now = view.current;
      now?.dispatch({ changes: { from: 0, to: now.state.doc.length, insert: code } });
    },
    insert: (text) => {
      const now = view.current;
      now?.dispatch(now.state.replaceSelection(text));
      now?.focus();
    },
    goTo: (line, column) => {
      const now = view.current;
      if (now === undefined) return;
      const at = positionOf(now.state, line, column);
      now.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
      now.focus();
    },
    mark: (line, column, message) => {
      const now = view.current;
      if (now === undefined) return;
      const at = positionOf(now.state, line, column);
      const to = now.state.doc.lineAt(at).to;
      now.dispatch(setDiagnostics(now.state, [{ from: at, to, severity: 'error', message }]));
    },
    nextProblem: () => {
      if (view.current === undefined) return;
      nextDiagnostic(view.current);
      view.current.focus();
    },
    focus: () => view.current?.focus(),
  }));

  return <div className="code-editor" ref={place} />;
}

function positionOf({ doc }: EditorState, line: number, column: number): number {
  const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return Math.min(at.from + Math.max(column - 1, 0), at.to);
}

function asProblem({ from, message, severity }: Diagnostic, document: EditorState['doc']): Problem {
  const at = document.lineAt(Math.min(from, document.length));
  return { line: at.number, column: from - at.from + 1, message, isError: severity === 'error' };
}
