import { lazy, Suspense, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useProgramApi, type Program, type Revision, type RevisionEntry } from '../../api/programs.ts';
import { CodeEditor, type EditorHandle, type Problem } from '../../editor/code-editor.tsx';
import { useMay } from '../../frame/signed-in.ts';
import { Choices } from '../../parts/choices.tsx';
import { Failure } from '../../parts/failure.tsx';
import { ago } from '../../words/time.ts';
import { ConflictDialog } from './conflict-dialog.tsx';
import { DeployDialog } from './deploy-dialog.tsx';
import { Problems } from './problems.tsx';
import { keyLabel, useShortcuts } from './shortcuts.ts';
import { TestPanel } from './test-panel.tsx';
import { useCode } from './use-code.ts';
import { useTest } from './use-test.ts';

// Who writes code waits for none of it.
const RehearseDialog = lazy(() => import('./rehearse-dialog.tsx'));

/** Code on one side, what it does on the other. */
export function Workbench({
  program,
  revisions,
  opened,
  latest,
}: {
  program: Program;
  revisions: readonly RevisionEntry[];
  /** What the text began from. */
  opened: Revision;
  latest: Revision;
}) {
  const editor = useRef<EditorHandle>(null);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [view, setView] = useState<'code' | 'test'>('code');
  const { key, noun } = useProgramApi();
  const { may, reason } = useMay(`update:${key}`);
  const mayReadLogs = useMay('read:logs');
  const deployed = revisions.find(({ current }) => current);
  /** The code that is rehearsed, while it is. */
  const [rehearsed, setRehearsed] = useState<string>();
  const work = useCode({ program, revisions, opened, latest, editor });
  const test = useTest(program.id, editor);

  const run = (): void => {
    if (!may) return;
    setView('test');
    test.run(work.code);
  };
  useShortcuts({
    'Mod+s': () => may && work.save(),
    'Mod+Enter': run,
    'Mod+Shift+Enter': () => may && work.openDeploy(),
    F8: () => editor.current?.nextProblem(),
  });

  const actions = document.getElementById('program-actions');
  return (
    <div className="workbench" data-view={view}>
      {actions !== null &&
        createPortal(
          <>
            {deployed !== undefined && (
              <button
                type="button"
                className="button"
                disabled={!may || !mayReadLogs.may}
                title={reason ?? mayReadLogs.reason}
                onClick={() => setRehearsed(work.code)}
              >
                Rehearse…
              </button>
            )}
            <button
              type="button"
              className="button"
              disabled={!may || !work.isDirty || work.isSaving}
              title={reason ?? keyLabel('Mod+S')}
              onClick={work.save}
            >
              {work.isSaving ? 'Saving…' : 'Save draft'}
            </button>
            <button
              type="button"
              className="button primary"
              disabled={!may || !work.isDeployable}
              title={reason ?? keyLabel('Mod+Shift+Enter')}
              onClick={work.openDeploy}
            >
              Deploy…
            </button>
          </>,
          actions,
        )}
      <div className="view-switch">
        <Choices
          label="What is shown"
          options={[
            { value: 'code', label: 'Code' },
            { value: 'test', label: 'Test' },
          ]}
          value={view}
          onChange={setView}
        />
      </div>
      <section className="code-side" aria-label="Code">
        <div>
          {work.restored !== undefined && (
            <div className="notice calm" role="status">
              <span>Your unsaved text of {ago(new Date(work.restored.atMs).toISOString())} is back.</span>
              <button type="button" className="link-button" onClick={work.discard}>
                Discard it
              </button>
            </div>
          )}
          {work.error !== null && <Failure what="Not saved." error={work.error} />}
        </div>
        <CodeEditor
          initial={work.initial}
          label={`Code of the ${noun}`}
          isReadOnly={!may}
          secrets={latest.secrets}
          language={latest.language}
          handle={editor}
          onChange={work.change}
          onProblems={setProblems}
        />
        <div>
          <Problems problems={problems} onGo={(line, column) => editor.current?.goTo(line, column)} />
          <div className="code-foot">
            <span>{problems.length === 0 ? 'No problems' : `${String(problems.length)} to look at`}</span>
            <span>{work.isDirty ? 'Unsaved' : 'Saved'}</span>
            <span className="end">
              <kbd>{keyLabel('Mod+Enter')}</kbd> runs · <kbd>Ctrl M</kbd> then <kbd>Tab</kbd> leaves the editor
            </span>
          </div>
        </div>
      </section>
      <TestPanel
        test={test}
        mayRun={may}
        reason={reason}
        onRun={run}
        onGo={(line, column) => editor.current?.goTo(line, column)}
      />
      {rehearsed !== undefined && (
        <Suspense>
          <RehearseDialog
            program={program}
            rehearsed={{ what: 'the code', script: rehearsed }}
            onClose={() => setRehearsed(undefined)}
          />
        </Suspense>
      )}
      {work.isDeploying && (
        <DeployDialog
          name={program.name}
          before={program.script}
          after={work.code}
          isActive={program.isActive}
          problems={problems.length}
          isPending={work.isSaving}
          error={work.deployError}
          onDeploy={work.deploy}
          onClose={work.closeDeploy}
        />
      )}
      {work.conflict !== undefined && (
        <ConflictDialog
          id={program.id}
          theirs={work.conflict}
          mine={work.code}
          onTakeTheirs={work.takeTheirs}
          onSaveMine={work.saveMine}
          onClose={work.closeConflict}
        />
      )}
    </div>
  );
}
