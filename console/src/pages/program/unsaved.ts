/** Text that is in no revision yet: kept in this browser, so that a closed tab loses nothing. */
export type Unsaved = { code: string; from: string; atMs: number };

const keyOf = (hookId: string): string => `hookmint-unsaved-${hookId}`;

export function readUnsaved(hookId: string): Unsaved | undefined {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(hookId)) ?? 'null');
    if (typeof kept !== 'object' || kept === null) return undefined;
    const { code, from, atMs } = kept as Partial<Unsaved>;
    return typeof code === 'string' && typeof from === 'string' && typeof atMs === 'number'
      ? { code, from, atMs }
      : undefined;
  } catch {
    return undefined;
  }
}

export function keepUnsaved(hookId: string, unsaved: Unsaved): void {
  try {
    localStorage.setItem(keyOf(hookId), JSON.stringify(unsaved));
  } catch {
    // The browser keeps no more: the text is still on the page.
  }
}

export const dropUnsaved = (hookId: string): void => localStorage.removeItem(keyOf(hookId));
