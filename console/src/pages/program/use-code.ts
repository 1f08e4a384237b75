import { useQueryClient } from '@tanstack/react-query';
import { useState, type RefObject } from 'react';
import { isFailure } from '../../api/failure.ts';
import { useProgramApi, type Program, type Revision, type RevisionEntry } from '../../api/programs.ts';
import type { EditorHandle } from '../../editor/code-editor.tsx';
import { useTell } from '../../parts/toasts.tsx';
import { placeIn } from './places.ts';
import { dropUnsaved, keepUnsaved, readUnsaved } from './unsaved.ts';

/** The text that is written, what of it is saved and deployed, and who else wrote meanwhile. */
export function useCode(about: {
  program: Program;
  revisions: readonly RevisionEntry[];
  opened: Revision;
  latest: Revision;
  editor: RefObject<EditorHandle | null>;
}) {
  const { program, revisions, opened, latest, editor } = about;
  const api = useProgramApi();
  const queries = useQueryClient();
  const tell = useTell();
  const [restored, setRestored] = useState(() => {
    const kept = readUnsaved(program.id);
    return kept !== undefined && kept.code !== opened.script ? kept : undefined;
  });
  const [initial] = useState(restored?.code ?? opened.script);
  const [code, setCode] = useState(initial);
  /** What the text began from; somebody else's save is told by it. */
  const [base, setBase] = useState({ revision: restored?.from ?? opened.revision, code: opened.script });
  const [isSaving, setSaving] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [deployError, setDeployError] = useState<unknown>(null);
  const [isDeploying, setDeploying] = useState(false);
  const [conflict, setConflict] = useState<RevisionEntry>();

  const current = revisions.find((entry) => entry.current);
  const isDirty = code !== base.code;

  const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey: [api.key] });

  const change = (text: string): void => {
    setCode(text);
    if (text === base.code) dropUnsaved(program.id);
    else keepUnsaved(program.id, { code: text, from: base.revision, atMs: Date.now() });
  };

  /** @returns What was saved; `undefined` when it was not. */
  async function saveFrom(from: string | undefined, tellFailure: (failure: unknown) => void) {
    setSaving(true);
    tellFailure(null);
    try {
      const saved = await api.save(program.id, { script: code }, from);
      setBase({ revision: saved.revision, code });
      setRestored(undefined);
      dropUnsaved(program.id);
      return saved;
    } catch (failure) {
      if (isFailure(failure, 'revision_changed')) {
        const latest = await queries.query({ ...api.revisions(program.id), staleTime: 0 });
        setDeploying(false);
        setConflict(latest.find(({ draft }) => draft) ?? latest.find((entry) => entry.current));
        return undefined;
      }
      const place = placeIn(failure);
      if (place !== undefined) editor.current?.mark(place.line, place.column, place.message);
      tellFailure(failure);
      return undefined;
    } finally {
      setSaving(false);
    }
  }

  const save = async (): Promise<void> => {
    if (!isDirty || isSaving) return;
    const saved = await saveFrom(base.revision, setError);
    if (saved === undefined) return;
    await refresh();
    tell(`${api.prefix}${String(saved.number)} is saved as a draft`);
  };

  const saveMine = async (): Promise<void> => {
    const theirs = conflict;
    setConflict(undefined);
    const saved = await saveFrom(theirs?.revision, setError);
    if (saved === undefined) return;
    await refresh();
    tell(`${api.prefix}${String(saved.number)} is saved as a draft`);
  };

  const rollBack = async (to: RevisionEntry, from: RevisionEntry): Promise<void> => {
    try {
      await api.deploy(program.id, to, from);
      tell(`${api.prefix}${String(to.number)} is deployed again`);
    } catch (failure) {
      setError(failure);
    }
    await refresh();
  };

  const deployNow = async (): Promise<void> => {
    const saved = isDirty ? await saveFrom(base.revision, setDeployError) : entryOf(revisions, base.revision);
    if (saved === undefined) return;
    setSaving(true);
    try {
      const number = await api.deploy(program.id, saved, current);
      setDeploying(false);
      const undo = current === undefined || current.revision === saved.revision ? undefined : current;
      tell(
        `${api.prefix}${String(number)} is deployed`,
        undo && { label: 'Roll back', run: () => void rollBack(undo, saved) },
      );
    } catch (failure) {
      setDeployError(failure);
    } finally {
      setSaving(false);
      await refresh();
    }
  };

  return {
    initial,
    code,
    change,
    isDirty,
    isSaving,
    error,
    restored,
    discard: () => {
      setRestored(undefined);
      dropUnsaved(program.id);
      setBase({ revision: latest.revision, code: latest.script });
      editor.current?.replace(latest.script);
    },
    save: () => void save(),
    isDeployable: isDirty || base.revision !== current?.revision,
    isDeploying,
    deployError,
    openDeploy: () => {
      setDeployError(null);
      if (isDirty || base.revision !== current?.revision) setDeploying(true);
    },
    closeDeploy: () => setDeploying(false),
    deploy: () => void deployNow(),
    conflict,
    closeConflict: () => setConflict(undefined),
    takeTheirs: (theirs: string) => {
      if (conflict !== undefined) setBase({ revision: conflict.revision, code: theirs });
      setConflict(undefined);
      setRestored(undefined);
      dropUnsaved(program.id);
      editor.current?.replace(theirs);
      void refresh();
    },
    saveMine: () => void saveMine(),
  };
}

const entryOf = (revisions: readonly RevisionEntry[], revision: string): RevisionEntry | undefined =>
  revisions.find((entry) => entry.revision === revision);
