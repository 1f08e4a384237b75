import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { tokenLogsQuery, type TokenLog } from '../../api/logs.ts';
import { useMay, useSession } from '../../frame/signed-in.ts';
import { useTitle } from '../../frame/title.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Loading } from '../../parts/loading.tsx';
import { ShowMore } from '../../parts/show-more.tsx';
import { FilterBar } from './filter-bar.tsx';
import { addressOf, filterIn, isEmpty, searchOf, type Filter } from './search.ts';
import { TokenTable } from './token-table.tsx';
import { useLive, type Live } from './use-live.ts';

/** Who got which token, or none. */
export function TokensPage() {
  useTitle('Tokens');
  const { may, reason } = useMay('read:logs');
  const [, go] = useLocation();
  const filter = filterIn(useSearch());
  // A range goes back from when the page was opened: it is no other with each paint.
  const [nowMs] = useState(() => Date.now());
  const q = searchOf(filter, nowMs);
  const [isLive, setLive] = useState(false);
  const narrow = (to: Filter): void => go(`/tokens${addressOf(to)}`, { replace: true });
  return (
    <div className="page wide">
      <div className="page-head">
        <h1>Tokens</h1>
        <div className="page-actions">
          <label className="switch">
            <input type="checkbox" checked={isLive} disabled={!may} onChange={() => setLive((now) => !now)} />
            Live
          </label>
        </div>
        <p>Every request for a token: who asked, for what, which code shaped it, and what became of it.</p>
      </div>
      {may ? (
        <>
          <FilterBar filter={filter} onChange={narrow} />
          <Requests key={q} q={q} isLive={isLive} isNarrowed={!isEmpty(filter)} />
        </>
      ) : (
        <p className="hint">{reason}</p>
      )}
    </div>
  );
}

function Requests({ q, isLive, isNarrowed }: { q: string; isLive: boolean; isNarrowed: boolean }) {
  const pages = useInfiniteQuery(tokenLogsQuery(q));
  const stored = useMemo(() => pages.data?.pages.flat() ?? [], [pages.data]);
  const live = useLive(q, isLive && pages.isSuccess, stored[0]?.log_id);
  const logs = useMemo(() => together(live.logs, stored), [live.logs, stored]);
  if (pages.isError) {
    return <Failure what="The requests could not be read." error={pages.error} onRetry={() => void pages.refetch()} />;
  }
  if (pages.isPending) return <Loading what="requests" />;
  return (
    <>
      {isLive && <LiveState live={live} />}
      {logs.length === 0 ? <NoRequests isNarrowed={isNarrowed} /> : <TokenTable logs={logs} />}
      <ShowMore pages={pages} listed={stored.length} label="Show older" beyond="Narrow the search to see older ones." />
    </>
  );
}

/** What came live, before what was read; what is in both once. */
function together(live: readonly TokenLog[], stored: readonly TokenLog[]): TokenLog[] {
  const all = new Map([...live, ...stored].map((log) => [log.log_id, log]));
  return [...all.values()].sort((a, b) => (a.log_id < b.log_id ? 1 : -1));
}

function LiveState({ live: { state, logs, skipped } }: { live: Live }) {
  if (state.is === 'away') return <Failure what="Not live at the moment." error={state.error} />;
  return (
    <p className="hint" role="status">
      {state.is === 'hidden' ? '◌ Paused while the page is hidden.' : '● Requests appear as they are made.'}{' '}
      {logs.length > 0 && `${String(logs.length)} since then.`}
      {skipped > 0 && ` ${String(skipped)} more were too many to be shown.`}
    </p>
  );
}

function NoRequests({ isNarrowed }: { isNarrowed: boolean }) {
  const { issuer } = useSession();
  const [, go] = useLocation();
  const command = `curl ${issuer}oauth/token -d grant_type=client_credentials -d client_id=… -d client_secret=… -d audience=…`;
  return isNarrowed ? (
    <div className="empty">
      <h2>No request is like that</h2>
      <button type="button" className="button" onClick={() => go('/tokens')}>
        Show all
      </button>
    </div>
  ) : (
    <div className="empty">
      <h2>No token was asked for yet</h2>
      <p>A client asks for one like this; npm start prints the line with everything in it.</p>
      <div className="command">
        <code>{command}</code>
        <CopyButton text={command} what="the command" />
      </div>
    </div>
  );
}
