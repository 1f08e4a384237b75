import { useRef, useState, type RefObject } from 'react';
import { useProgramApi, type DryRun, type TestEvent } from '../../api/programs.ts';
import type { EditorHandle } from '../../editor/code-editor.tsx';
import { placeIn } from './places.ts';

export type EventKind = TestEvent['kind'];

const eventKey = (id: string): string => `hookmint-event-${id}`;

/** Runs of code as it is written, saved or not. */
export function useTest(programId: string, editor: RefObject<EditorHandle | null>) {
  const api = useProgramApi();
  const [kind, setKind] = useState<EventKind>('sample');
  const [edited, setEdited] = useState(
    () => localStorage.getItem(eventKey(programId)) ?? JSON.stringify(api.sampleEvent, null, 2),
  );
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
      const answer = await api.dryRun(programId, code, eventNow());
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
      localStorage.setItem(eventKey(programId), text);
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
