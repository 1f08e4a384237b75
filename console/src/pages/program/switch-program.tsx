import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { hooksQuery } from '../../api/hooks.ts';
import { useProgramApi, type Program } from '../../api/programs.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Failure } from '../../parts/failure.tsx';
import { useTell } from '../../parts/toasts.tsx';

/** The words for what makes a program shape tokens, and for its end. */
export const SWITCH = {
  hook: { on: 'Enable', off: 'Disable' },
  Action: { on: 'Bind', off: 'Unbind' },
} as const;

/** Whether tokens are shaped by it: one hook at most is enabled, and any number of Actions are bound. */
export function SwitchProgram({ program, onClose }: { program: Program; onClose: () => void }) {
  const api = useProgramApi();
  const queries = useQueryClient();
  const tell = useTell();
  const will = !program.isActive;
  const word = SWITCH[api.noun][will ? 'on' : 'off'];
  const change = useMutation({
    mutationFn: () => api.setActive(program.id, will),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [api.key] });
      tell(will ? `${program.name} shapes every token from now on` : `${program.name} shapes no token any more`);
      onClose();
    },
  });
  return (
    <Dialog title={`${word} ${program.name}?`} onClose={onClose}>
      {change.isError && <Failure what="Nothing was changed." error={change.error} />}
      {!will && <p>Tokens then hold nothing of this {api.noun}.</p>}
      {will && (api.noun === 'hook' ? <EnabledInstead id={program.id} /> : <BoundLast />)}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button primary" disabled={change.isPending} onClick={() => change.mutate()}>
          {word}
        </button>
      </div>
    </Dialog>
  );
}

function EnabledInstead({ id }: { id: string }) {
  const hooks = useQuery(hooksQuery);
  const other = hooks.data?.find((hook) => hook.enabled && hook.id !== id);
  return (
    <p>
      Every token is shaped by it from then on
      {other === undefined ? '.' : `, and ${other.name}, which is enabled now, is switched off.`}
    </p>
  );
}

const BoundLast = () => (
  <p>Every token is shaped by it from then on. It runs last, after the hook and the Actions that are bound already.</p>
);
