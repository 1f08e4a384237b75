import { EditorView } from '@codemirror/view';

/**
 * Text that takes the place of a selection is put in by the editor: left to itself, the browser wraps it into an element with the style of
 * what was there before, and the page's policy refuses inline styles, which its console tells.
 */
export const plainReplacement = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { state, composing } = view;
    const { from, to, empty } = state.selection.main;
    if (event.inputType !== 'insertText' || event.data === null || empty || composing || state.readOnly) return false;
    const text = event.data;
    const insert = () => state.update(state.replaceSelection(text), { userEvent: 'input.type', scrollIntoView: true });
    event.preventDefault();
    // Others may have their own idea of it, such as quotes around the selection.
    if (!state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, text, insert))) {
      view.dispatch(insert());
    }
    return true;
  },
});
