import { javascript } from '@codemirror/lang-javascript';
import { unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView, highlightSpecialChars, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { NONCE } from '../page.ts';
import { theme } from './theme.ts';

/** What has changed from one code to another, in one column; without `before` the code as it is. */
export default function DifferenceView({ before, after, label }: { before?: string; after: string; label: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (place.current === null) return undefined;
    const view = new EditorView({
      parent: place.current,
      doc: after,
      extensions: [
        EditorView.cspNonce.of(NONCE),
        lineNumbers(),
        // What would be invisible, or turn the rest around.
        highlightSpecialChars(),
        javascript(),
        theme,
        EditorState.readOnly.of(true),
        EditorView.editable.of(false),
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        before === undefined
          ? []
          : unifiedMergeView({
              original: before,
              mergeControls: false,
              collapseUnchanged: { margin: 3, minSize: 6 },
            }),
      ],
    });
    return () => view.destroy();
  }, [before, after, label]);
  return <div className="difference" ref={place} />;
}
