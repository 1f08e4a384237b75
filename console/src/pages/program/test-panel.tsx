import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { recordedQuery } from '../../api/recorded.ts';
import { JsonEditor } from '../../editor/json-editor.tsx';
import { useMay, useSession } from '../../frame/signed-in.ts';
import { Choices } from '../../parts/choices.tsx';
import { Failure } from '../../parts/failure.tsx';
import { clockTime } from '../../words/time.ts';
import { shown } from '../../words/shown.ts';
import { keyLabel } from './shortcuts.ts';
import { TestResult } from './test-result.tsx';
import type { EventKind, Test } from './use-test.ts';

/** Tries the code as it is written, and tells what a token would hold. */
export function TestPanel({
  test,
  mayRun,
  reason,
  onRun,
  onGo,
}: {
  test: Test;
  mayRun: boolean;
  reason: string | undefined;
  onRun: () => void;
  onGo: (line: number, column: number) => void;
}) {
  return (
    <section className="test-side" aria-label="Test">
      <div className="test-head">
        <div className="test-head-row">
          <h2>Test</h2>
          <Choices<EventKind>
            label="Event"
            options={[
              { value: 'sample', label: 'Sample' },
              { value: 'edited', label: 'Edited' },
              { value: 'recorded', label: 'Recorded' },
            ]}
            value={test.kind}
            onChange={test.setKind}
          />
          <button
            type="button"
            className="button primary"
            disabled={!mayRun || test.isRunning}
            title={reason ?? keyLabel('Mod+Enter')}
            onClick={onRun}
          >
            {test.isRunning ? 'Running…' : '▶ Run'}
          </button>
        </div>
        {test.kind === 'edited' && <JsonEditor value={test.edited} onChange={test.setEdited} label="Event" />}
        {test.kind === 'recorded' && <Recorded test={test} />}
      </div>
      <div className="test-result" aria-live="polite">
        {test.error !== null && <Failure what="It did not run." error={test.error} />}
        {test.result !== undefined && <TestResult result={test.result} onGo={onGo} />}
        {test.error === null && test.result === undefined && (
          <div className="empty">
            <h2>What would a token hold?</h2>
            <p>
              <kbd>{keyLabel('Mod+Enter')}</kbd> runs the code as it stands, saved or not. No token is issued; requests
              that the code makes are really made.
            </p>
          </div>
        )}
      </div>
    </section>
  );
}

/** A token request that happened, with the client as it is now. */
function Recorded({ test }: { test: Test }) {
  const { may, reason } = useMay('read:logs');
  const { issuer } = useSession();
  const recorded = useQuery({ ...recordedQuery(issuer), enabled: may });
  const first = recorded.data?.[0]?.log_id;
  const { logId, setLogId } = test;
  useEffect(() => {
    if (logId === undefined && first !== undefined) setLogId(first);
  }, [logId, first, setLogId]);
  if (!may) return <p className="hint">{reason}</p>;
  if (recorded.data?.length === 0) return <p className="hint">No token was asked for yet.</p>;
  return (
    <div className="field">
      <label htmlFor="recorded" className="hidden-text">
        Request
      </label>
      <select id="recorded" value={logId ?? ''} onChange={({ target }) => setLogId(target.value)}>
        {(recorded.data ?? []).map(({ log_id, date, client_name, client_id, audience }) => (
          <option key={log_id} value={log_id}>
            {clockTime(date)} {shown(client_name ?? client_id)} → {shown(audience)}
          </option>
        ))}
      </select>
      <span className="hint">The client and its scopes are those of now; parameters are a sample&apos;s.</span>
    </div>
  );
}
