import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { revisionQuery, type Hook, type RevisionEntry } from '../../api/hooks.ts';
import { Failure } from '../../parts/failure.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Workbench } from './workbench.tsx';

/**
 * The draft, else what is deployed: where an author goes on. Whoever saves meanwhile, also the author, does not take the text out of the
 * author's hands: what was opened first stays open.
 */
export function CodeTab({ hook, revisions }: { hook: Hook; revisions: readonly RevisionEntry[] }) {
  const latest = revisions.find(({ draft }) => draft) ?? revisions.find(({ current }) => current) ?? revisions[0];
  const [entry] = useState(latest);
  if (entry === undefined || latest === undefined)
    return <Failure what="The hook has no revision." error={new Error('There is nothing to show.')} />;
  return <Opened hook={hook} revisions={revisions} entry={entry} latest={latest} />;
}

function Opened({
  hook,
  revisions,
  entry,
  latest,
}: {
  hook: Hook;
  revisions: readonly RevisionEntry[];
  entry: RevisionEntry;
  latest: RevisionEntry;
}) {
  const opened = useQuery(revisionQuery(hook.id, entry.revision));
  const now = useQuery(revisionQuery(hook.id, latest.revision));
  if (opened.isError)
    return <Failure what="The code could not be read." error={opened.error} onRetry={() => void opened.refetch()} />;
  if (opened.data === undefined) return <Loading what="the code" />;
  return <Workbench hook={hook} revisions={revisions} opened={opened.data} latest={now.data ?? opened.data} />;
}
