import { createContext, useContext, useMemo, useRef, useState, type ReactNode } from 'react';

type Toast = { id: number; text: string; action: { label: string; run: () => void } | undefined };
type Tell = (text: string, action?: Toast['action']) => void;

/** With something to undo, and without. */
const UNDO_MS = 30_000;
const SHOWN_MS = 8_000;
const MAX_TOASTS = 3;
const Telling = createContext<Tell>(() => undefined);

/** Tells what was done; what can be undone, for half a minute. */
export const useTell = (): Tell => useContext(Telling);

export function Toasts({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const lastId = useRef(0);
  const remove = (id: number): void => setToasts((now) => now.filter((toast) => toast.id !== id));
  const tell = useMemo<Tell>(
    () => (text, action) => {
      const id = ++lastId.current;
      setToasts((now) => [...now.slice(1 - MAX_TOASTS), { id, text, action }]);
      setTimeout(() => remove(id), action === undefined ? SHOWN_MS : UNDO_MS);
    },
    [],
  );
  return (
    <Telling value={tell}>
      {children}
      <div className="toasts" role="status">
        {toasts.map(({ id, text, action }) => (
          <div key={id} className="toast">
            <span>{text}</span>
            {action !== undefined && (
              <button
                type="button"
                className="link-button"
                onClick={() => {
                  remove(id);
                  action.run();
                }}
              >
                {action.label}
              </button>
            )}
            <button type="button" className="button plain small" aria-label="Close" onClick={() => remove(id)}>
              ✕
            </button>
          </div>
        ))}
      </div>
    </Telling>
  );
}
