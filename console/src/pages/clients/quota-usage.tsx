import { useQuery } from '@tanstack/react-query';
import { quotaUsageQuery } from '../../api/clients.ts';
import type { Schemas } from '../../api/client.ts';
import { Failure } from '../../parts/failure.tsx';
import { hourAndMinute } from '../../words/time.ts';

type Usage = NonNullable<Schemas['TokenQuotaUsage']['client_credentials']>;

const WINDOWS = [
  { window: 'per_hour', now: 'this hour' },
  { window: 'per_day', now: 'today' },
] as const;

/** Of a quota, from which the meter warns; the list of clients near their quota begins here too. */
const NEAR_SHARE = 0.8;

/** How many of the tokens that a client may have it has had, in this hour and day. */
export function QuotaUsage({ clientId }: { clientId: string }) {
  const usage = useQuery(quotaUsageQuery(clientId));
  if (usage.isError)
    return <Failure what="Its use could not be read." error={usage.error} onRetry={() => void usage.refetch()} />;
  const quota = usage.data?.client_credentials;
  if (quota === undefined) return usage.isPending ? '…' : 'None';
  return (
    <div className="quota">
      {WINDOWS.map(({ window, now }) => {
        const used = quota[window];
        return used !== undefined && <Used key={window} now={now} {...used} />;
      })}
      {aside(quota) !== undefined && <p className="hint">{aside(quota)}</p>}
    </div>
  );
}

function Used({ now, quota, used, resets_at }: { now: string } & NonNullable<Usage['per_hour']>) {
  const words = `${used.toLocaleString()} of ${quota.toLocaleString()} tokens ${now}`;
  return (
    <label>
      <span>{words}</span>
      <meter min={0} max={quota} high={quota * NEAR_SHARE} optimum={0} value={Math.min(used, quota)} />
      <span className="hint">begins anew at {hourAndMinute(resets_at)}</span>
    </label>
  );
}

/** Whose it is where it is not the client's own, and what happens at its end where nothing is refused. */
function aside({ set_by, enforce }: Usage): string | undefined {
  const parts = [
    ...(set_by === 'tenant' ? ["The tenant's quota for every client without its own."] : []),
    ...(enforce ? [] : ['Nothing is refused past it.']),
  ];
  return parts.length === 0 ? undefined : parts.join(' ');
}
