import { MAX_HISTORY_REVISIONS, type Hook } from '../../../../shared/domain/hook.ts';
import { historyOf } from '../../../../shared/domain/hook-history.ts';
import { draftOf } from './view.ts';

/** An Action whose draft is deployed: as a new version, unless it is already. */
export function deployedDraft(action: Hook, clientId: string): Hook {
  const draft = draftOf(action);
  if (draft === null || draft === action.current_revision) return action;
  return withVersion(action, draft, clientId);
}

/** An Action on a new version with the content of a revision. The history keeps the last 50 (contract §6). */
export function withVersion(action: Hook, revision: string, clientId: string): Hook {
  const history = historyOf(action);
  const version = {
    number: (history[0]?.number ?? 0) + 1,
    revision,
    created_at_ms: Date.now(),
    created_by: clientId,
  };
  return {
    ...action,
    current_revision: revision,
    history: [version, ...history].slice(0, MAX_HISTORY_REVISIONS),
  };
}
