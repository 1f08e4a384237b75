import { useQuery } from '@tanstack/react-query';
import { useProgramApi, type Program, type RevisionEntry } from '../../api/programs.ts';
import { Failure } from '../../parts/failure.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Modules } from './modules.tsx';
import { Policies } from './policies.tsx';
import { Secrets } from './secrets.tsx';

/** All that decides how it runs beside its code. */
export function SettingsTab({ program, revisions }: { program: Program; revisions: readonly RevisionEntry[] }) {
  const draft = revisions.find((entry) => entry.draft);
  const entry = draft ?? revisions.find((one) => one.current) ?? revisions[0];
  if (entry === undefined) return null;
  return <Opened program={program} entry={entry} hasDraft={draft !== undefined} />;
}

function Opened({ program, entry, hasDraft }: { program: Program; entry: RevisionEntry; hasDraft: boolean }) {
  const opened = useQuery(useProgramApi().revision(program.id, entry));
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
      <Secrets program={program} names={opened.data.secrets} hasDraft={hasDraft} />
      <Modules key={`modules ${entry.revision}`} program={program} revision={opened.data} />
      <Policies
        key={`policies ${entry.revision}`}
        program={program}
        from={entry.revision}
        policies={opened.data.policies}
      />
    </div>
  );
}
