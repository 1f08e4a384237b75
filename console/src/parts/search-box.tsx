import { useEffect, useState } from 'react';

/** Between the last key and the search. */
const PATIENCE_MS = 200;

/** Searches when nobody types any more. */
export function SearchBox({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => onChange(text), PATIENCE_MS);
    return () => clearTimeout(timer);
  });
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={label}
      spellCheck={false}
      autoComplete="off"
      maxLength={256}
      value={text}
      onChange={({ target }) => setText(target.value)}
    />
  );
}
