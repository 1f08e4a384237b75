import { MAX_HISTORY_REVISIONS, type Hook, type HookHistoryEntry } from './hook.ts';

/** The history of a hook, newest first. One that was set up without a history began with what it has now. */
export function historyOf(hook: Hook): HookHistoryEntry[] {
  const { history, current_revision, created_at_ms } = hook;
  if (history.length > 0 || current_revision === null) return history;
  return [{ number: 1, revision: current_revision, created_at_ms, created_by: null }];
}

/** What can be run, deployed or shown of a hook: all other revisions of it are of no use any more. */
export function keptRevisions(hook: Hook): ReadonlySet<string> {
  const all = [hook.current_revision, hook.draft_revision, ...hook.history.map(({ revision }) => revision)];
  return new Set(all.filter((revision) => revision !== null));
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
    history: known ? history : bounded([entry, ...history], hook.current_revision),
    updated_at_ms: now_ms,
  };
}

/** A hook that a revision was written for and deployed at once. */
export function withRevision(hook: Hook, revision: string, clientId: string | null): Hook {
  const drafted = withDraft(hook, revision, clientId);
  if (hook.current_revision === revision) return drafted;
  return { ...drafted, current_revision: revision, updated_at_ms: Date.now() };
}

/** A hook on a revision of its own history; a draft that was not deployed yet stays one. */
export function deployed(hook: Hook, revision: string): Hook {
  const hasDraft = hook.draft_revision !== null && hook.draft_revision !== hook.current_revision;
  return {
    ...hook,
    current_revision: revision,
    draft_revision: hasDraft ? hook.draft_revision : revision,
    history: historyOf(hook),
    updated_at_ms: Date.now(),
  };
}

/** The newest entries, and that of the revision which is deployed however old it is. */
function bounded(history: HookHistoryEntry[], current: string | null): HookHistoryEntry[] {
  if (history.length <= MAX_HISTORY_REVISIONS) return history;
  const kept = history.slice(0, MAX_HISTORY_REVISIONS);
  const ofCurrent = history.find(({ revision }) => revision === current);
  return ofCurrent === undefined || kept.includes(ofCurrent) ? kept : [...kept.slice(0, -1), ofCurrent];
}
