import { useEffect, useRef, useState } from 'react';
import type { AskRehearsal, RehearsalPart } from '../../api/changes.ts';
import { useProgramApi } from '../../api/programs.ts';
import { mergedGroups } from '../../words/differences.ts';

/** Of one answer: what is known so far is seen, and who has seen enough stops. */
const PART = 200;

export type RehearsalReport = Omit<RehearsalPart, 'next'>;
export type Rehearsal =
  | { is: 'ready' }
  | { is: 'running'; report: RehearsalReport | undefined }
  | { is: 'done' | 'stopped'; report: RehearsalReport }
  | { is: 'failed'; error: unknown };

/** Past requests through the deployed revision and another, by the API, a part at a time. */
export function useRehearsal(id: string) {
  const { rehearse } = useProgramApi();
  const [state, setState] = useState<Rehearsal>({ is: 'ready' });
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);

  async function start(asked: Omit<AskRehearsal, 'from'>): Promise<void> {
    stop.current?.abort();
    const { signal } = (stop.current = new AbortController());
    let report: RehearsalReport | undefined;
    let position: Pick<AskRehearsal, 'from' | 'source'> = {};
    setState({ is: 'running', report });
    try {
      for (let left = asked.last; left > 0;) {
        const { next, ...part } = await rehearse(id, { ...asked, ...position, last: Math.min(left, PART) }, signal);
        report = report === undefined ? part : sum(report, part);
        left -= part.requests + part.not_run;
        if (next === undefined) break;
        position = { from: next, source: part.source };
        setState({ is: 'running', report });
      }
      if (report !== undefined) setState({ is: 'done', report });
    } catch (error) {
      // A page that is gone has no state.
      if (!signal.aborted) setState({ is: 'failed', error });
      else setState(report === undefined ? { is: 'ready' } : { is: 'stopped', report });
    }
  }
  return {
    state,
    start: (asked: Omit<AskRehearsal, 'from'>) => void start(asked),
    stop: () => stop.current?.abort(),
  };
}

function sum(a: RehearsalReport, b: RehearsalReport): RehearsalReport {
  const varying = [...new Set([...a.varying, ...b.varying])];
  const { groups, others } = mergedGroups(a, b);
  return {
    ...a,
    requests: a.requests + b.requests,
    differing: a.differing + b.differing,
    not_run: a.not_run + b.not_run,
    network_refused: a.network_refused + b.network_refused,
    varying,
    others,
    groups: groups.filter(({ kind, what }) => kind !== 'claim_changed' || !varying.includes(what)),
  };
}
