import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { hookQuery, revisionsQuery, type Hook, type RevisionEntry } from '../../api/hooks.ts';
import { useMay } from '../../frame/signed-in.ts';
import { useTitle } from '../../frame/title.ts';
import { Failure } from '../../parts/failure.tsx';
import { Loading } from '../../parts/loading.tsx';
import { ago, atTime } from '../../words/time.ts';
import { StatusChip } from '../hooks-page.tsx';
import { CodeTab } from './code-tab.tsx';
import { DeleteHook } from './delete-hook.tsx';
import { EnableHook } from './enable-hook.tsx';
import { RevisionsTab } from './revisions-tab.tsx';
import { SettingsTab } from './settings-tab.tsx';

const TABS = [
  { tab: undefined, name: 'Code' },
  { tab: 'revisions', name: 'Revisions' },
  { tab: 'settings', name: 'Settings' },
] as const;

/** One hook: its code, what it was, and how it runs. */
export default function HookPage({ id, tab }: { id: string; tab: string | undefined }) {
  const hook = useQuery(hookQuery(id));
  const revisions = useQuery(revisionsQuery(id));
  useTitle(hook.data?.name ?? 'Hook', 'Hooks');
  const error = hook.error ?? revisions.error;
  if (error !== null) {
    const retry = (): void => void Promise.all([hook.refetch(), revisions.refetch()]);
    return (
      <div className="page">
        <Failure what="The hook could not be read." error={error} onRetry={retry} />
      </div>
    );
  }
  if (hook.data === undefined || revisions.data === undefined) return <Loading what="the hook" />;
  return (
    <div className={tab === undefined ? 'hook-page' : 'hook-page scrolls'}>
      <HookHead hook={hook.data} revisions={revisions.data} />
      <nav className="tabs" aria-label="About this hook">
        {TABS.map((one) => (
          <Link
            key={one.name}
            className="tab"
            href={one.tab === undefined ? `/hooks/${id}` : `/hooks/${id}/${one.tab}`}
            aria-current={one.tab === tab ? 'page' : undefined}
          >
            {one.name}
          </Link>
        ))}
      </nav>
      {tab === undefined && <CodeTab hook={hook.data} revisions={revisions.data} />}
      {tab === 'revisions' && <RevisionsTab hook={hook.data} revisions={revisions.data} />}
      {tab === 'settings' && <SettingsTab hook={hook.data} revisions={revisions.data} />}
    </div>
  );
}

function HookHead({ hook, revisions }: { hook: Hook; revisions: readonly RevisionEntry[] }) {
  const { may, reason } = useMay('update:hooks');
  const mayDelete = useMay('delete:hooks');
  const [dialog, setDialog] = useState<'enable' | 'delete'>();
  const current = revisions.find((revision) => revision.current);
  const draft = revisions.find((revision) => revision.draft);
  return (
    <div className="hook-head">
      <h1>{hook.name}</h1>
      <StatusChip hook={hook} />
      {current !== undefined && (
        <span className="chip" title={atTime(current.created_at)}>
          deployed r{current.number}
        </span>
      )}
      {draft !== undefined && (
        <span className="chip warn" title={atTime(draft.created_at)}>
          ◐ draft r{draft.number}, {ago(draft.created_at)}
        </span>
      )}
      <div className="page-actions" id="hook-actions">
        <button
          type="button"
          className="button plain"
          disabled={!may}
          title={reason}
          onClick={() => setDialog('enable')}
        >
          {hook.enabled ? 'Disable…' : 'Enable…'}
        </button>
        <button
          type="button"
          className="button plain"
          disabled={!mayDelete.may}
          title={mayDelete.reason}
          onClick={() => setDialog('delete')}
        >
          Delete…
        </button>
      </div>
      {dialog === 'enable' && <EnableHook hook={hook} onClose={() => setDialog(undefined)} />}
      {dialog === 'delete' && <DeleteHook hook={hook} onClose={() => setDialog(undefined)} />}
    </div>
  );
}
