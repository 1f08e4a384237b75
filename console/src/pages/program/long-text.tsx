import { useState } from 'react';
import { MAX_SHOWN_LENGTH, shown } from '../../words/shown.ts';

/** Text of a hook: as text, and only its beginning when it is long. */
export function LongText({ text }: { text: string }) {
  const [isWhole, setWhole] = useState(text.length <= MAX_SHOWN_LENGTH);
  return (
    <span className="text">
      {shown(isWhole ? text : text.slice(0, MAX_SHOWN_LENGTH))}
      {!isWhole && (
        <button type="button" className="link-button" onClick={() => setWhole(true)}>
          … show all {text.length.toLocaleString()} characters
        </button>
      )}
    </span>
  );
}
