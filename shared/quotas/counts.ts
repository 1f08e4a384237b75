import type { QuotaWindow } from '../domain/token-quota.ts';
import type { QuotaCounted } from '../subjects/quota-counted.ts';
import { perWindow, type PerWindow } from './windows.ts';

type InWindow = { window: number; tokens: number };
type Counted = PerWindow<InWindow>;

/** What was issued to each client with a quota, by this gateway and, as far as it was told, by the others. */
export type Counts = {
  /** Tokens issued to a client in the given windows. */
  used(clientId: string, windows: PerWindow<number>): PerWindow<number>;
  /** One more token, issued by this gateway. */
  add(clientId: string, windows: PerWindow<number>): void;
  /** What another gateway has issued. */
  heard: (report: QuotaCounted) => void;
  /** Of whom others have told anything. */
  clientIds(): string[];
  /** This gateway's counts that have changed since the last call. */
  takeChanged(): QuotaCounted[];
  /** Makes {@link takeChanged} return the counts of a client again, or all of them: the last ones may be lost. */
  tellAgain(clientId?: string): void;
  /** Drops what is of past windows. */
  forget(windows: PerWindow<number>): void;
};

/** @param gateway This gateway's name; its own counts are ignored when they come back. Default: of no gateway, all are heard. */
export function createCounts(gateway = ''): Counts {
  const own = new Map<string, Counted>();
  const others = new Map<string, Map<string, QuotaCounted>>();
  const changed = new Set<string>();
  let lastNumber = 0;

  function tokensOf(counted: Counted | undefined, window: QuotaWindow, number: number): number {
    return counted?.[window].window === number ? counted[window].tokens : 0;
  }

  return {
    used: (clientId, windows) =>
      perWindow((window) => {
        let sum = tokensOf(own.get(clientId), window, windows[window]);
        for (const report of others.get(clientId)?.values() ?? []) sum += tokensOf(report, window, windows[window]);
        return sum;
      }),
    add: (clientId, windows) => {
      const before = own.get(clientId);
      own.set(
        clientId,
        perWindow((window) => ({
          window: windows[window],
          tokens: tokensOf(before, window, windows[window]) + 1,
        })),
      );
      changed.add(clientId);
    },
    heard: (report) => {
      if (report.gateway === gateway) return;
      const reports = others.get(report.client_id) ?? new Map<string, QuotaCounted>();
      others.set(report.client_id, reports);
      if ((reports.get(report.gateway)?.number ?? -1) < report.number) reports.set(report.gateway, report);
    },
    clientIds: () => [...others.keys()],
    takeChanged: () => {
      const reports = [...changed].flatMap((client_id) => {
        const counted = own.get(client_id);
        return counted === undefined ? [] : [{ gateway, client_id, number: ++lastNumber, ...counted }];
      });
      changed.clear();
      return reports;
    },
    tellAgain: (clientId) => {
      if (clientId !== undefined) changed.add(clientId);
      else for (const each of own.keys()) changed.add(each);
    },
    forget: (windows) => {
      const isPast = (counted: Counted): boolean =>
        tokensOf(counted, 'per_hour', windows.per_hour) === 0 && tokensOf(counted, 'per_day', windows.per_day) === 0;
      for (const [clientId, counted] of own) if (isPast(counted)) own.delete(clientId);
      for (const [clientId, reports] of others) {
        for (const [name, report] of reports) if (isPast(report)) reports.delete(name);
        if (reports.size === 0) others.delete(clientId);
      }
    },
  };
}
