import { useState } from 'react';
import type { DryRun } from '../../api/programs.ts';
import { Choices } from '../../parts/choices.tsx';
import { DroppedList } from '../../parts/dropped-list.tsx';
import { ScopeList } from '../../parts/scope-list.tsx';
import { errorOf, outcomeInWords, waitedFor } from '../../words/outcomes.ts';
import { shown } from '../../words/shown.ts';
import { milliseconds } from '../../words/time.ts';
import { RunError } from './run-error.tsx';
import { LongText } from './long-text.tsx';

/** One run: what became of it, the token with what the hook did to it, and what the code printed and asked. */
export function TestResult({ result, onGo }: { result: DryRun; onGo: (line: number, column: number) => void }) {
  const { token, answer, outcome, dropped, console: lines, network, cpu_ms, wall_ms } = result;
  const error = errorOf(outcome);
  return (
    <>
      <p className="outcome">
        <strong className={token === null ? 'bad' : 'good'}>
          {token === null ? '✕ ' : '✓ '}
          {outcomeInWords(outcome, result.kind)}
        </strong>
        <span className="number">
          {milliseconds(cpu_ms)} CPU · {milliseconds(wall_ms)}
        </span>
      </p>
      {error !== undefined && <RunError error={error} onGo={onGo} />}
      {result.last_calls !== undefined && (
        <section className="section" aria-label="Waited for">
          <h3>Waited for</h3>
          <ul className="sheet lines">
            {waitedFor(result.last_calls).map((call, index) => (
              <li key={index} className="line">
                <LongText text={call} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {answer !== null && (
        <section className="section" aria-label="Answer">
          <h3>The client would get</h3>
          <div className="sheet error-box">
            <code>
              {answer.status} {shown(answer.error)}
            </code>
            <p className="hint">{shown(answer.error_description)}</p>
          </div>
        </section>
      )}
      {token !== null && <TokenView result={result} token={token} />}
      {dropped.length > 0 && (
        <section className="section" aria-label="Dropped">
          <h3>Dropped</h3>
          <DroppedList dropped={dropped} />
        </section>
      )}
      {lines.length > 0 && (
        <section className="section" aria-label="Console">
          <h3>Console</h3>
          <ul className="sheet lines">
            {lines.map(({ level, text }, index) => (
              <li key={index} className={`line ${level}`}>
                <span className="level">{level}</span>
                <LongText text={text} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {network.length > 0 && (
        <section className="section" aria-label="Requests">
          <h3>Requests</h3>
          <ul className="sheet">
            {network.map(({ method, host, status, error: failure, ms }, index) => (
              <li key={index} className="network">
                <span>{shown(method)}</span>
                <span className="host">{shown(host)}</span>
                <span>{status ?? failure ?? ''}</span>
                <span className="number">{milliseconds(ms)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

type Token = NonNullable<DryRun['token']>;

function TokenView({ result, token }: { result: DryRun; token: Token }) {
  const [how, setHow] = useState<'difference' | 'json'>('difference');
  return (
    <section className="section" aria-label="Token">
      <div className="section-head">
        <h3>Token</h3>
        <Choices
          label="How the token is shown"
          options={[
            { value: 'difference', label: 'Difference' },
            { value: 'json', label: 'JSON' },
          ]}
          value={how}
          onChange={setHow}
        />
      </div>
      {how === 'json' ? (
        <div className="sheet error-box">
          <LongText text={JSON.stringify({ ...token.claims, scope: token.scope.join(' ') }, null, 2)} />
        </div>
      ) : (
        <TokenDifference token={token} changes={result.scope_changes} />
      )}
    </section>
  );
}

/** The token without it has the granted scopes and no claim of its own: all claims here are the code's. */
function TokenDifference({ token, changes }: { token: Token; changes: DryRun['scope_changes'] }) {
  const claims = Object.entries(token.claims);
  return (
    <dl className="sheet">
      <div className="claim">
        <span className="sign" aria-hidden="true" />
        <dt className="name">scope</dt>
        <dd className="value">
          <ScopeList scopes={token.scope} changes={changes} />
        </dd>
      </div>
      {claims.map(([name, value]) => (
        <div key={name} className="claim added">
          <span className="sign">+</span>
          <dt className="name">{shown(name)}</dt>
          <dd className="value">
            <LongText text={JSON.stringify(value)} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
