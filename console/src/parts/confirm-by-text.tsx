import { useState, type ReactNode } from 'react';
import { Dialog } from './dialog.tsx';

/** Asks for a text to be written before what cannot be taken back is done. */
export function ConfirmByText({
  title,
  label,
  text,
  verb,
  isMono = false,
  isBusy,
  onConfirm,
  onClose,
  children,
}: {
  title: string;
  label: ReactNode;
  /** What must be written. */
  text: string;
  /** What is done then. */
  verb: string;
  isMono?: boolean;
  isBusy: boolean;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const [written, setWritten] = useState('');
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm();
        }}
      >
        <div className="field">
          <label htmlFor="confirming-text">{label}</label>
          <input
            id="confirming-text"
            type="text"
            className={isMono ? 'mono' : undefined}
            autoComplete="off"
            spellCheck={false}
            value={written}
            onChange={({ target }) => setWritten(target.value)}
          />
        </div>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button danger" disabled={written !== text || isBusy}>
            {verb}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
