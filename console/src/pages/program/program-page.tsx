import { useQuery } from '@tanstack/react-query';
import { Fragment, lazy, Suspense, useState } from 'react';
import { Link } from 'wouter';
import { ACTIONS } from '../../api/actions.ts';
import { HOOKS } from '../../api/hooks.ts';
import { ProgramKind, useProgramApi, type Program, type RevisionEntry } from '../../api/programs.ts';
import { useMay } from '../../frame/signed-in.ts';
import { useTitle } from '../../frame/title.ts';
import { Failure } from '../../parts/failure.tsx';
import { Loading } from '../../parts/loading.tsx';
import { StatusChip } from '../../parts/status-chip.tsx';
import { ago, atTime } from '../../words/time.ts';
import { CodeTab } from './code-tab.tsx';
import { DeleteProgram } from './delete-program.tsx';
import { GradualChip, ShadowChip } from './gradual-chip.tsx';
import { LiveTab } from './live/live-tab.tsx';
import { RevisionsTab } from './revisions-tab.tsx';
import { SettingsTab } from './settings-tab.tsx';
import { SWITCH, SwitchProgram } from './switch-program.tsx';

// Who opens the code waits for none of it.
const RolloutTab = lazy(() => import('./rollout/rollout-tab.tsx'));

const TABS: readonly { tab: string | undefined; name: string; of?: 'hook' }[] = [
  { tab: undefined, name: 'Code' },
  { tab: 'live', name: 'Live' },
  { tab: 'revisions', name: 'Revisions' },
  { tab: 'rollout', name: 'Rollout', of: 'hook' },
  { tab: 'settings', name: 'Settings' },
];

type Address = { id: string; tab: string | undefined };

/** One hook or Action: its code, what it was, and how it runs. */
export default function ProgramPage({ kind, id, tab }: { kind: 'hooks' | 'actions' } & Address) {
  return (
    <ProgramKind value={kind === 'hooks' ? HOOKS : ACTIONS}>
      <Opened id={id} tab={tab} />
    </ProgramKind>
  );
}

function Opened({ id, tab }: Address) {
  const { noun, title, path, ...api } = useProgramApi();
  const program = useQuery(api.program(id));
  const revisions = useQuery(api.revisions(id));
  useTitle(program.data?.name ?? title, title);
  const error = program.error ?? revisions.error;
  if (error !== null) {
    const retry = (): void => void Promise.all([program.refetch(), revisions.refetch()]);
    return (
      <div className="page">
        <Failure what={`The ${noun} could not be read.`} error={error} onRetry={retry} />
      </div>
    );
  }
  if (program.data === undefined || revisions.data === undefined) return <Loading what={`the ${noun}`} />;
  return (
    <div className={tab === undefined || tab === 'live' ? 'program-page' : 'program-page scrolls'}>
      <Head program={program.data} revisions={revisions.data} />
      <nav className="tabs" aria-label={`About this ${noun}`}>
        {TABS.filter(({ of }) => of === undefined || of === noun).map((one) => (
          <Link
            key={one.name}
            className="tab"
            href={one.tab === undefined ? `${path}/${id}` : `${path}/${id}/${one.tab}`}
            aria-current={one.tab === tab ? 'page' : undefined}
          >
            {one.name}
          </Link>
        ))}
      </nav>
      {tab === undefined && <CodeTab program={program.data} revisions={revisions.data} />}
      {tab === 'live' && <LiveTab program={program.data} revisions={revisions.data} />}
      {tab === 'revisions' && <RevisionsTab program={program.data} revisions={revisions.data} />}
      {tab === 'rollout' && noun === 'hook' && (
        <Suspense fallback={<Loading what="the rollout" />}>
          <RolloutTab program={program.data} revisions={revisions.data} />
        </Suspense>
      )}
      {tab === 'settings' && <SettingsTab program={program.data} revisions={revisions.data} />}
    </div>
  );
}

function Head({ program, revisions }: { program: Program; revisions: readonly RevisionEntry[] }) {
  const { noun, key, prefix } = useProgramApi();
  const { may, reason } = useMay(`update:${key}`);
  const mayDelete = useMay(`delete:${key}`);
  const [dialog, setDialog] = useState<'switch' | 'delete'>();
  const current = revisions.find((revision) => revision.current);
  const draft = revisions.find((revision) => revision.draft);
  // What never was deployed cannot be bound; of a hook the first revision is deployed when it is made.
  const isSwitchable = program.isActive || program.script !== undefined;
  return (
    <div className="program-head">
      <h1>{program.name}</h1>
      <StatusChip {...program} noun={noun} />
      {program.contract !== undefined && (
        <span className="chip" title="The system that the code was written for">
          {program.contract}
        </span>
      )}
      {current !== undefined && (
        <span className="chip" title={atTime(current.created_at)}>
          deployed {prefix}
          {current.number}
        </span>
      )}
      {draft !== undefined && (
        <span className="chip warn" title={atTime(draft.created_at)}>
          ◐ draft {prefix}
          {draft.number}, {ago(draft.created_at)}
        </span>
      )}
      {revisions.map((entry) => (
        <Fragment key={entry.number}>
          <GradualChip entry={entry} />
          <ShadowChip entry={entry} />
        </Fragment>
      ))}
      <div className="page-actions" id="program-actions">
        <button
          type="button"
          className="button plain"
          disabled={!may || !isSwitchable}
          title={reason ?? (isSwitchable ? undefined : 'Deploy it first')}
          onClick={() => setDialog('switch')}
        >
          {SWITCH[noun][program.isActive ? 'off' : 'on']}…
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
      {dialog === 'switch' && <SwitchProgram program={program} onClose={() => setDialog(undefined)} />}
      {dialog === 'delete' && <DeleteProgram program={program} onClose={() => setDialog(undefined)} />}
    </div>
  );
}
