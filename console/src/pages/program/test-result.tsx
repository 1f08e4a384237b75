import { useState } from 'react';
import type { DryRun } from '../../api/hooks.ts';
import { Choices } from '../../parts/choices.tsx';
import { DROPPED } from '../../words/dropped.ts';
import { errorOf, outcomeInWords } from '../../words/outcomes.ts';
import { shown } from '../../words/shown.ts';
import { milliseconds } from '../../words/time.ts';
import { HookErrorView } from './hook-error.tsx';
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
          {outcomeInWords(outcome)}
        </strong>
        <span className="number">
          {milliseconds(cpu_ms)} CPU · {milliseconds(wall_ms)}
        </span>
      </p>
      {error !== undefined && <HookErrorView error={error} onGo={onGo} />}
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
          <ul className="sheet">
            {dropped.map(({ kind, name, reason }) => (
              <li key={`${kind}:${name}`} className="dropped-item">
                <span className="what">
                  ⚠ {kind} <code>{shown(name)}</code>: {DROPPED[reason].why}
                </span>
                <span className="hint">{DROPPED[reason].remedy}</span>
              </li>
            ))}
          </ul>
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

/** The token without the hook has the granted scopes and no claim of its own: all claims here are the hook's. */
function TokenDifference({ token, changes }: { token: Token; changes: DryRun['scope_changes'] }) {
  const claims = Object.entries(token.claims);
  const added = new Set(changes.added);
  return (
    <dl className="sheet">
      <div className="claim">
        <span className="sign" aria-hidden="true" />
        <dt className="name">scope</dt>
        <dd className="value scope-list">
          {token.scope.length === 0 && changes.removed.length === 0 && <span className="hint">none</span>}
          {token.scope.map((scope) => (
            <span key={scope} className={added.has(scope) ? 'scope added' : 'scope'}>
              {shown(scope)}
            </span>
          ))}
          {changes.removed.map((scope) => (
            <span key={scope} className="scope removed">
              <span className="hidden-text">removed: </span>
              {shown(scope)}
            </span>
          ))}
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
