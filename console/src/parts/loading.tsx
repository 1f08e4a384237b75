import { useEffect, useState } from 'react';

/** What comes faster is shown at once, without a flicker. */
const PATIENCE_MS = 150;

export function Loading({ what }: { what: string }) {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isSlow) return null;
  return (
    <div className="skeleton" role="status">
      <span className="hidden-text">Loading {what}</span>
      {Array.from({ length: 6 }, (_, line) => (
        <span key={line} aria-hidden="true" />
      ))}
    </div>
  );
}
