import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useProgramApi, type Program, type RevisionEntry } from '../../api/programs.ts';
import { Failure } from '../../parts/failure.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Workbench } from './workbench.tsx';

/**
 * The draft, else what is deployed: where an author goes on. Whoever saves meanwhile, also the author, does not take the text out of the
 * author's hands: what was opened first stays open.
 */
export function CodeTab({ program, revisions }: { program: Program; revisions: readonly RevisionEntry[] }) {
  const latest = revisions.find(({ draft }) => draft) ?? revisions.find(({ current }) => current) ?? revisions[0];
  const [entry] = useState(latest);
  if (entry === undefined || latest === undefined)
    return <Failure what="There is no revision." error={new Error('There is nothing to show.')} />;
  return <Opened program={program} revisions={revisions} entry={entry} latest={latest} />;
}

function Opened({
  program,
  revisions,
  entry,
  latest,
}: {
  program: Program;
  revisions: readonly RevisionEntry[];
  entry: RevisionEntry;
  latest: RevisionEntry;
}) {
  const api = useProgramApi();
  const opened = useQuery(api.revision(program.id, entry));
  const now = useQuery(api.revision(program.id, latest));
  if (opened.isError)
    return <Failure what="The code could not be read." error={opened.error} onRetry={() => void opened.refetch()} />;
  if (opened.data === undefined) return <Loading what="the code" />;
  return <Workbench program={program} revisions={revisions} opened={opened.data} latest={now.data ?? opened.data} />;
}
