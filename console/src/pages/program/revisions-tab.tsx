import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { useProgramApi, type Program, type RevisionEntry } from '../../api/programs.ts';
import { Difference } from '../../editor/difference.tsx';
import { useMay } from '../../frame/signed-in.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Table } from '../../parts/table.tsx';
import { useTell } from '../../parts/toasts.tsx';
import { ago, atTime } from '../../words/time.ts';
import { whoWrote } from '../../words/who.ts';
import { GradualChip, ShadowChip } from './gradual-chip.tsx';

const RehearseDialog = lazy(() => import('./rehearse-dialog.tsx'));

/** What it was, newest first, and the way back. */
export function RevisionsTab({ program, revisions }: { program: Program; revisions: readonly RevisionEntry[] }) {
  const { key, prefix, path } = useProgramApi();
  const { may, reason } = useMay(`update:${key}`);
  const tellsWho = revisions.some(({ created_by }) => created_by !== undefined);
  const [chosen, setChosen] = useState<RevisionEntry>();
  const [rehearsed, setRehearsed] = useState<RevisionEntry>();
  const mayReadLogs = useMay('read:logs');
  const [, go] = useLocation();
  const viewed = new URLSearchParams(useSearch()).get('revision');
  const address = `${path}/${program.id}/revisions`;
  const addressOf = ({ revision }: RevisionEntry): string => `${address}?revision=${revision}`;
  const current = revisions.find((entry) => entry.current);
  return (
    <div className="page">
      <Table
        columns={['Revision', 'Status', 'Written', ...(tellsWho ? [{ text: 'By', look: 'wide-only' }] : [])]}
        hasActions
      >
        {revisions.map((entry) => (
          <tr key={entry.number}>
            <td className="number">
              {prefix}
              {entry.number}
            </td>
            <td>
              {entry.current && <span className="chip good">● deployed</span>}
              {entry.draft && <span className="chip warn">◐ draft</span>}
              <GradualChip entry={entry} />
              <ShadowChip entry={entry} />
            </td>
            <td title={atTime(entry.created_at)}>{ago(entry.created_at)}</td>
            {tellsWho && <td className="wide-only">{whoWrote(entry.created_by ?? null)}</td>}
            <td>
              <div className="row-actions">
                <Link className="button plain small" href={addressOf(entry)} replace>
                  View
                  <span className="hidden-text">
                    {' '}
                    {prefix}
                    {entry.number}
                  </span>
                </Link>
                <button
                  type="button"
                  className="button plain small"
                  disabled={!may || !mayReadLogs.may || entry.current || current === undefined}
                  title={reason ?? mayReadLogs.reason}
                  onClick={() => setRehearsed(entry)}
                >
                  Rehearse…
                  <span className="hidden-text">
                    {' '}
                    {prefix}
                    {entry.number}
                  </span>
                </button>
                <button
                  type="button"
                  className="button small"
                  disabled={!may || entry.current}
                  title={reason}
                  onClick={() => setChosen(entry)}
                >
                  {current !== undefined && entry.number < current.number ? 'Roll back…' : 'Deploy…'}
                  <span className="hidden-text">
                    {' '}
                    {prefix}
                    {entry.number}
                  </span>
                </button>
              </div>
            </td>
          </tr>
        ))}
      </Table>
      {viewed !== null && (
        <RevisionCode
          program={program}
          entry={revisions.find(({ revision }) => revision === viewed)}
          onClose={() => go(address, { replace: true })}
        />
      )}
      {rehearsed !== undefined && (
        <Suspense>
          <RehearseDialog
            program={program}
            rehearsed={{ what: `${prefix}${String(rehearsed.number)}`, revision: rehearsed.revision }}
            onClose={() => setRehearsed(undefined)}
          />
        </Suspense>
      )}
      {chosen !== undefined && (
        <DeployRevision program={program} current={current} chosen={chosen} onClose={() => setChosen(undefined)} />
      )}
    </div>
  );
}

/** The code of one revision, which a request may have led to. */
function RevisionCode({
  program,
  entry,
  onClose,
}: {
  program: Program;
  entry: RevisionEntry | undefined;
  onClose: () => void;
}) {
  const { prefix } = useProgramApi();
  const name = entry === undefined ? 'A revision' : `${prefix}${String(entry.number)}`;
  return (
    <Dialog title={`${name} of ${program.name}`} isWide onClose={onClose}>
      {entry === undefined ? (
        <p>It is older than the history, which keeps the last 50.</p>
      ) : (
        <CodeOf program={program} entry={entry} />
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

function CodeOf({ program, entry }: { program: Program; entry: RevisionEntry }) {
  const revision = useQuery(useProgramApi().revision(program.id, entry));
  if (revision.isError) return <Failure what="The code could not be read." error={revision.error} />;
  if (revision.data === undefined) return <Loading what="the code" />;
  return <Difference after={revision.data.script} label="Code of the revision" />;
}

function DeployRevision({
  program,
  current,
  chosen,
  onClose,
}: {
  program: Program;
  current: RevisionEntry | undefined;
  chosen: RevisionEntry;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const tell = useTell();
  const api = useProgramApi();
  const name = `${api.prefix}${String(chosen.number)}`;
  const revision = useQuery(api.revision(program.id, chosen));
  const change = useMutation({
    mutationFn: () => api.deploy(program.id, chosen, current),
    onSuccess: async (number) => {
      await queries.invalidateQueries({ queryKey: [api.key] });
      tell(`${api.prefix}${String(number)} is deployed`);
      onClose();
    },
  });
  return (
    <Dialog title={`Deploy ${name} of ${program.name}`} isWide onClose={onClose}>
      {change.isError && <Failure what="It was not deployed." error={change.error} />}
      {revision.data === undefined ? (
        <Loading what="the revision" />
      ) : program.script === revision.data.script ? (
        <p className="hint">The code is the one that is deployed; what differs is in the settings.</p>
      ) : (
        <Difference
          before={program.script ?? ''}
          after={revision.data.script}
          label={`${name} against what is deployed`}
        />
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button primary" disabled={change.isPending} onClick={() => change.mutate()}>
          Deploy {name}
        </button>
      </div>
    </Dialog>
  );
}
