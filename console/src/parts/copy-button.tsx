import { useState } from 'react';

const SHOWN_MS = 2_000;

/** @param what That is copied, for those who do not see what the button is beside. */
export function CopyButton({ text, label = 'Copy', what }: { text: string; label?: string; what?: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  return (
    <button type="button" className="button small" onClick={() => void copy()}>
      {isCopied ? 'Copied' : label}
      {what !== undefined && <span className="hidden-text"> {what}</span>}
    </button>
  );
}
