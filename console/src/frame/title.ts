import { useEffect } from 'react';

/** "tutorial · Hooks · hookmint" */
export function useTitle(...parts: readonly string[]): void {
  const title = [...parts, 'hookmint'].join(' · ');
  useEffect(() => {
    document.title = title;
  }, [title]);
}
