import type { EndedGradual } from './gradual-deployment.ts';
import { MAX_HISTORY_REVISIONS, type Hook, type HookHistoryEntry } from './hook.ts';

/** The history of a hook, newest first. One that was set up without a history began with what it has now. */
export function historyOf(hook: Hook): HookHistoryEntry[] {
  const { history, current_revision, created_at_ms } = hook;
  if (history.length > 0 || current_revision === null) return history;
  return [{ number: 1, revision: current_revision, created_at_ms, created_by: null }];
}

/** What can be run, deployed or shown of a hook: all other revisions of it are of no use any more. */
export function keptRevisions(hook: Hook): ReadonlySet<string> {
  const { current_revision, draft_revision, gradual, shadow, history } = hook;
  const all = [
    current_revision,
    draft_revision,
    gradual?.revision,
    shadow?.revision,
    ...history.map(({ revision }) => revision),
  ];
  return new Set(all.filter((revision) => typeof revision === 'string'));
}

/** A hook whose newest draft is a revision. The same content is the same entry of the history. */
export function withDraft(hook: Hook, revision: string, clientId: string | null): Hook {
  const now_ms = Date.now();
  const history = historyOf(hook);
  const known = history.some((entry) => entry.revision === revision);
  if (known && hook.draft_revision === revision) return { ...hook, history };
  const entry = { number: (history[0]?.number ?? 0) + 1, revision, created_at_ms: now_ms, created_by: clientId };
  return {
    ...hook,
    draft_revision: revision,
    history: known ? history : bounded([entry, ...history], hook),
    updated_at_ms: now_ms,
  };
}

/** A hook that a revision was written for and deployed at once. */
export function withRevision(hook: Hook, revision: string, clientId: string | null): Hook {
  const drafted = withDraft(hook, revision, clientId);
  if (hook.current_revision === revision) return drafted;
  return { ...withoutGradual(drafted, revision, clientId), current_revision: revision, updated_at_ms: Date.now() };
}

/** A hook on a revision of its own history; a draft that was not deployed yet stays one. */
export function deployed(hook: Hook, revision: string, clientId: string | null = null): Hook {
  const hasDraft = hook.draft_revision !== null && hook.draft_revision !== hook.current_revision;
  return {
    ...withoutGradual(hook, revision, clientId),
    current_revision: revision,
    draft_revision: hasDraft ? hook.draft_revision : revision,
    history: historyOf(hook),
    updated_at_ms: Date.now(),
  };
}

/** A hook whose gradual deployment is over, in a word of why. */
export function endedGradual(
  hook: Hook,
  end: Pick<EndedGradual, 'outcome' | 'ended_by'> & Partial<EndedGradual>,
): Hook {
  const { gradual, ...rest } = hook;
  if (gradual === undefined) return hook;
  return { ...rest, ended_gradual: { ...gradual, ended_at_ms: Date.now(), ...end }, updated_at_ms: Date.now() };
}

/** Whoever deploys a revision to all ends a gradual deployment: of this revision, or of one made from what is no longer deployed. */
function withoutGradual(hook: Hook, revision: string, clientId: string | null): Hook {
  const outcome = hook.gradual?.revision === revision ? 'promoted' : 'superseded';
  return withoutShadow(endedGradual(hook, { outcome, ended_by: clientId }));
}

/** A hook whose revision runs alone: so does one that is deployed anew. */
export function withoutShadow({ shadow: _, ...hook }: Hook): Hook {
  return { ...hook, updated_at_ms: Date.now() };
}

/** The newest entries, and those of the revisions that shape tokens however old they are. */
function bounded(history: HookHistoryEntry[], { current_revision, gradual, shadow }: Hook): HookHistoryEntry[] {
  if (history.length <= MAX_HISTORY_REVISIONS) return history;
  const isInUse = ({ revision }: HookHistoryEntry): boolean =>
    [current_revision, gradual?.revision, shadow?.revision].includes(revision);
  let left = MAX_HISTORY_REVISIONS - history.filter(isInUse).length;
  return history.filter((entry) => isInUse(entry) || left-- > 0);
}
