import { shown } from '../words/shown.ts';
import { CopyButton } from './copy-button.tsx';

/** An id that somebody takes elsewhere. */
export const CopyText = ({ text, what }: { text: string; what: string }) => (
  <span className="copy-text">
    <code>{shown(text)}</code>
    <CopyButton text={text} label="Copy" what={what} />
  </span>
);
