import type { ConsoleSession } from '../../api/people.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Failure } from '../../parts/failure.tsx';
import { browserIn } from '../../words/browser.ts';
import { shown } from '../../words/shown.ts';

/** Signs somebody out, in one of their browsers. */
export function EndSession({
  session: { person, user_agent },
  error,
  isEnding,
  onEnd,
  onClose,
}: {
  session: ConsoleSession;
  error: unknown;
  isEnding: boolean;
  onEnd: () => void;
  onClose: () => void;
}) {
  return (
    <Dialog title={`Sign ${shown(person.name)} out?`} onClose={onClose}>
      <p>
        In {browserIn(user_agent)}. What is not saved there stays in that browser. Nothing keeps {shown(person.name)}{' '}
        from signing in again: the provider does, or the role there.
      </p>
      {error !== null && <Failure what="The session was not ended." error={error} />}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button primary" disabled={isEnding} onClick={onEnd}>
          End the session
        </button>
      </div>
    </Dialog>
  );
}
