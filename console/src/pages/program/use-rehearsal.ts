import { useEffect, useRef, useState } from 'react';
import { readRecorded, type Recorded } from '../../api/recorded.ts';
import { useProgramApi, type Program, type RevisionEntry } from '../../api/programs.ts';
import { useSession } from '../../frame/signed-in.ts';
import { differencesOf, type RunDifference } from '../../words/run-differences.ts';

const MAX_REQUESTS = 20;
/** Each is two runs, and the API takes fifty requests a second of a person. */
const AT_ONCE = 3;

/** One request, through what is deployed and through the code as it is written. */
export type Rehearsed = { request: Recorded; differences: readonly RunDifference[] };

export type Rehearsal =
  | { is: 'ready' }
  | { is: 'running' | 'done' | 'stopped'; requests: number; results: readonly Rehearsed[] }
  | { is: 'failed'; error: unknown };

/** Runs recorded requests through the deployed revision and through code that is not saved, and compares. */
export function useRehearsal(program: Program, deployed: RevisionEntry, code: string) {
  const api = useProgramApi();
  const { issuer } = useSession();
  const [state, setState] = useState<Rehearsal>({ is: 'ready' });
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);

  async function start(): Promise<void> {
    const { signal } = (stop.current = new AbortController());
    const isStopped = (): boolean => signal.aborted;
    const results: Rehearsed[] = [];
    try {
      const requests = distinctFirst(await readRecorded(issuer, signal)).slice(0, MAX_REQUESTS);
      const tell = (is: 'running' | 'done' | 'stopped'): void =>
        setState({ is, requests: requests.length, results: [...results] });
      tell('running');
      const waiting = [...requests];
      const work = async (): Promise<void> => {
        for (let request = waiting.shift(); request !== undefined && !isStopped(); request = waiting.shift()) {
          const before = await api.runDeployed(program, deployed, request.log_id);
          const after = await api.dryRun(program.id, code, { kind: 'recorded', log_id: request.log_id });
          results.push({ request, differences: differencesOf(before, after) });
          if (!isStopped()) tell('running');
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      tell(isStopped() ? 'stopped' : 'done');
    } catch (error) {
      if (!isStopped()) setState({ is: 'failed', error });
      stop.current.abort();
    }
  }
  return { state, start: () => void start(), stop: () => stop.current?.abort() };
}

/** One of each client and API before a second one of any: the newest. */
function distinctFirst(requests: readonly Recorded[]): Recorded[] {
  const seen = new Set<string>();
  const first = requests.filter(({ client_id, audience }) => {
    const who = JSON.stringify([client_id, audience]);
    return !seen.has(who) && seen.add(who);
  });
  return [...first, ...requests.filter((request) => !first.includes(request))];
}
