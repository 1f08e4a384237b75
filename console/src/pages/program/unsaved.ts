/** Text that is in no revision yet: kept in this browser, so that a closed tab loses nothing. */
export type Unsaved = { code: string; from: string; atMs: number };

const keyOf = (id: string): string => `hookmint-unsaved-${id}`;

export function readUnsaved(id: string): Unsaved | undefined {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(id)) ?? 'null');
    if (typeof kept !== 'object' || kept === null) return undefined;
    const { code, from, atMs } = kept as Partial<Unsaved>;
    return typeof code === 'string' && typeof from === 'string' && typeof atMs === 'number'
      ? { code, from, atMs }
      : undefined;
  } catch {
    return undefined;
  }
}

export function keepUnsaved(id: string, unsaved: Unsaved): void {
  try {
    localStorage.setItem(keyOf(id), JSON.stringify(unsaved));
  } catch {
    // The browser keeps no more: the text is still on the page.
  }
}

export const dropUnsaved = (id: string): void => localStorage.removeItem(keyOf(id));
