import { useRef, useState, type RefObject } from 'react';
import { dryRun, type DryRun, type TestEvent } from '../../api/hooks.ts';
import type { EditorHandle } from '../../editor/code-editor.tsx';
import { placeIn } from './places.ts';

export type EventKind = TestEvent['kind'];

const eventKey = (hookId: string): string => `hookmint-event-${hookId}`;

/** What the Runner of Auth0's hooks began with. */
export const SAMPLE_EVENT = JSON.stringify(
  {
    client: { id: 'xxxxxxxx', name: 'client-name', tenant: 'my-tenant', metadata: { plan: 'full' } },
    scope: ['read:connections'],
    audience: 'https://api.example.com/',
    body: { grant_type: 'client_credentials' },
  },
  null,
  2,
);

/** Runs of code as it is written, saved or not. */
export function useTest(hookId: string, editor: RefObject<EditorHandle | null>) {
  const [kind, setKind] = useState<EventKind>('sample');
  const [edited, setEdited] = useState(() => localStorage.getItem(eventKey(hookId)) ?? SAMPLE_EVENT);
  const [logId, setLogId] = useState<string>();
  const [isRunning, setRunning] = useState(false);
  const [result, setResult] = useState<DryRun>();
  const [error, setError] = useState<unknown>(null);
  const lastRun = useRef(0);

  function eventNow(): TestEvent {
    if (kind === 'recorded' && logId !== undefined) return { kind, log_id: logId };
    if (kind !== 'edited') return { kind: 'sample' };
    const event: unknown = JSON.parse(edited);
    if (typeof event !== 'object' || event === null || Array.isArray(event))
      throw new Error('The event must be a JSON object.');
    return { kind, event: event as Record<string, unknown> };
  }

  async function run(code: string): Promise<void> {
    const id = ++lastRun.current;
    setRunning(true);
    setError(null);
    try {
      const answer = await dryRun(hookId, code, eventNow());
      if (id !== lastRun.current) return;
      setResult(answer);
    } catch (failure) {
      if (id !== lastRun.current) return;
      setResult(undefined);
      setError(failure);
      const place = placeIn(failure);
      if (place !== undefined) editor.current?.mark(place.line, place.column, place.message);
    } finally {
      if (id === lastRun.current) setRunning(false);
    }
  }

  return {
    kind,
    setKind,
    edited,
    setEdited: (text: string) => {
      setEdited(text);
      localStorage.setItem(eventKey(hookId), text);
    },
    logId,
    setLogId,
    isRunning,
    result,
    error,
    run: (code: string) => void run(code),
  };
}
export type Test = ReturnType<typeof useTest>;
