import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { hooksQuery, setEnabled, type Hook } from '../../api/hooks.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Failure } from '../../parts/failure.tsx';
import { useTell } from '../../parts/toasts.tsx';

/** Whether tokens are shaped by the hook; at most one is enabled. */
export function EnableHook({ hook, onClose }: { hook: Hook; onClose: () => void }) {
  const queries = useQueryClient();
  const tell = useTell();
  const hooks = useQuery(hooksQuery);
  const other = hooks.data?.find(({ enabled, id }) => enabled && id !== hook.id);
  const will = !hook.enabled;
  const change = useMutation({
    mutationFn: () => setEnabled(hook.id, will),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['hooks'] });
      tell(will ? `${hook.name} shapes every token from now on` : `${hook.name} shapes no token any more`);
      onClose();
    },
  });
  return (
    <Dialog title={will ? `Enable ${hook.name}?` : `Disable ${hook.name}?`} onClose={onClose}>
      {change.isError && <Failure what="Nothing was changed." error={change.error} />}
      {will ? (
        <p>
          Every token is shaped by it from then on
          {other === undefined ? '.' : `, and ${other.name}, which is enabled now, is switched off.`}
        </p>
      ) : (
        <p>Tokens hold what their client was granted, and nothing of this hook.</p>
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button primary" disabled={change.isPending} onClick={() => change.mutate()}>
          {will ? 'Enable' : 'Disable'}
        </button>
      </div>
    </Dialog>
  );
}
