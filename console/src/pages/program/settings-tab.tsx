import { useQuery } from '@tanstack/react-query';
import { revisionQuery, type Hook, type RevisionEntry } from '../../api/hooks.ts';
import { Failure } from '../../parts/failure.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Modules } from './modules.tsx';
import { Policies } from './policies.tsx';
import { Secrets } from './secrets.tsx';

/** All that decides how the hook runs beside its code. */
export function SettingsTab({ hook, revisions }: { hook: Hook; revisions: readonly RevisionEntry[] }) {
  const draft = revisions.find((entry) => entry.draft);
  const entry = draft ?? revisions.find((one) => one.current) ?? revisions[0];
  if (entry === undefined) return null;
  return <Opened hook={hook} entry={entry} hasDraft={draft !== undefined} />;
}

function Opened({ hook, entry, hasDraft }: { hook: Hook; entry: RevisionEntry; hasDraft: boolean }) {
  const opened = useQuery(revisionQuery(hook.id, entry.revision));
  if (opened.isError) {
    return (
      <div className="page">
        <Failure what="The settings could not be read." error={opened.error} onRetry={() => void opened.refetch()} />
      </div>
    );
  }
  if (opened.data === undefined) return <Loading what="the settings" />;
  return (
    <div className="page">
      <Secrets hook={hook} names={opened.data.secrets} hasDraft={hasDraft} />
      <Modules key={`modules ${entry.revision}`} hook={hook} revision={opened.data} />
      <Policies key={`policies ${entry.revision}`} hook={hook} revision={opened.data} />
    </div>
  );
}
