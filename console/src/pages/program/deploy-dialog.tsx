import { useProgramApi } from '../../api/programs.ts';
import { Difference } from '../../editor/difference.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Failure } from '../../parts/failure.tsx';

/** What deploying would change, before it is done. */
export function DeployDialog({
  name,
  before,
  after,
  isActive,
  problems,
  isPending,
  error,
  onDeploy,
  onClose,
}: {
  name: string;
  /** Code that is deployed; `undefined` for none. */
  before: string | undefined;
  after: string;
  isActive: boolean;
  problems: number;
  isPending: boolean;
  error: unknown;
  onDeploy: () => void;
  onClose: () => void;
}) {
  const { noun } = useProgramApi();
  return (
    <Dialog title={`Deploy ${name}`} isWide onClose={onClose}>
      {error !== null && <Failure what="It was not deployed." error={error} />}
      <p>
        {isActive
          ? 'The next token is shaped by this code.'
          : noun === 'hook'
            ? 'The hook is not enabled, so no token is shaped by it before you enable it.'
            : 'The Action is not bound, so no token is shaped by it before you bind it.'}
      </p>
      {problems > 0 && (
        <p className="chip warn">
          {problems === 1 ? '1 problem' : `${String(problems)} problems`} in the code; nothing stops you
        </p>
      )}
      {before === after ? (
        <p className="hint">The code is the one that is deployed; what differs is in the settings.</p>
      ) : (
        <Difference before={before ?? ''} after={after} label="What changes against the deployed code" />
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button primary" disabled={isPending} onClick={onDeploy}>
          {isPending ? 'Deploying…' : 'Deploy'}
        </button>
      </div>
    </Dialog>
  );
}
