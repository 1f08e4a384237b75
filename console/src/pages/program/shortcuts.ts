import { useEffect, useRef } from 'react';

/** Keys of the page by what they are called: `Mod+s`, `Mod+Shift+Enter`, `F8`. `Mod` is Ctrl, or Command on Apple's. */
export type Shortcuts = Readonly<Record<string, () => void>>;

export const IS_APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** As people read a key: `Ctrl S`, `⌘ S`. */
export const keyLabel = (key: string): string => key.replace('Mod', IS_APPLE ? '⌘' : 'Ctrl').replaceAll('+', ' ');

export function useShortcuts(shortcuts: Shortcuts): void {
  const now = useRef(shortcuts);
  now.current = shortcuts;
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (document.querySelector('dialog[open]') !== null) return;
      const isMod = IS_APPLE ? event.metaKey : event.ctrlKey;
      const name = [
        isMod ? 'Mod' : '',
        event.shiftKey ? 'Shift' : '',
        event.key.length === 1 ? event.key.toLowerCase() : event.key,
      ];
      const run = now.current[name.filter(Boolean).join('+')];
      if (run === undefined) return;
      event.preventDefault();
      run();
    };
    // Before the editor, which has keys of its own.
    addEventListener('keydown', listen, { capture: true });
    return () => removeEventListener('keydown', listen, { capture: true });
  }, []);
}
