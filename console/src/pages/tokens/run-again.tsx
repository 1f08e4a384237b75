import { useMutation } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { runAgain } from '../../api/hooks.ts';
import type { Finding } from '../../api/logs.ts';
import { useSession } from '../../frame/signed-in.ts';
import { Failure } from '../../parts/failure.tsx';
import { TestResult } from '../program/test-result.tsx';

const NEEDED = ['update:hooks', 'read:logs'];

/** What a hook prints is not kept with the request: the same revision is run once more on it, and issues nothing. */
export function RunAgain({ hook, logId }: { hook: Finding; logId: string }) {
  const { scopes } = useSession();
  const missing = NEEDED.filter((scope) => !scopes.includes(scope));
  const [, go] = useLocation();
  const run = useMutation({ mutationFn: () => runAgain(hook.id, hook.revision, logId) });
  return (
    <>
      <div className="row">
        <button
          type="button"
          className="button"
          disabled={missing.length > 0 || run.isPending}
          title={missing.length > 0 ? `Needs ${missing.join(', ')}` : undefined}
          onClick={() => run.mutate()}
        >
          {run.isPending ? 'Running…' : 'Run it again'}
        </button>
        <span className="hint">
          What it printed then is not kept. The same revision runs once more on this request, with the client as it is
          now; no token is issued.
        </span>
      </div>
      {run.isError && <Failure what="It did not run." error={run.error} />}
      {run.data !== undefined && <TestResult result={run.data} onGo={() => go(`/hooks/${hook.id}`)} />}
    </>
  );
}
