import { createContext, useContext, useEffect, useId, useRef, type ReactNode } from 'react';
import { wrongMember } from '../api/wrong-member.ts';
import { shown } from '../words/shown.ts';
import { Failure } from './failure.tsx';

type Known = { paths: Set<string>; wrong: ReturnType<typeof wrongMember> };
const Wrong = createContext<Known>({ paths: new Set(), wrong: undefined });

const isOf = (path: string, member: string): boolean => path === member || path.startsWith(`${member}.`);

/** A form whose answer may be that a field is wrong: the API's own words are at that field, or above all when it has none. */
export function Form({
  what,
  error,
  onSubmit,
  children,
}: {
  /** What an error means, such as "Nothing was saved." */
  what: string;
  error: unknown;
  onSubmit: () => void;
  children: ReactNode;
}) {
  const form = useRef<HTMLFormElement>(null);
  const paths = useRef(new Set<string>());
  const wrong = wrongMember(error);
  const isAtField = wrong !== undefined && [...paths.current].some((path) => isOf(wrong.path, path));
  useEffect(() => {
    if (error !== null) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);
  return (
    <form
      ref={form}
      className="dialog-form"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {error !== null && !isAtField && <Failure what={what} error={error} />}
      <Wrong value={{ paths: paths.current, wrong }}>{children}</Wrong>
    </form>
  );
}

/** Why the API refused a member of what was sent, where it did. */
function useWrong(path: string, isExact = false): string | undefined {
  const { paths, wrong } = useContext(Wrong);
  useEffect(() => {
    paths.add(path);
    return () => void paths.delete(path);
  }, [paths, path]);
  const isMine = wrong !== undefined && (isExact ? wrong.path === path : isOf(wrong.path, path));
  return isMine ? wrong.why : undefined;
}

/** For the element that somebody writes into. */
export type FieldProps = { id: string; 'aria-invalid': true | undefined; 'aria-describedby': string | undefined };

/** One member of what is sent: its name, where it is written, and what is wrong with it. */
export function Field({
  label,
  isLabelSeen = true,
  path,
  hint,
  children,
}: {
  label: string;
  isLabelSeen?: boolean;
  /** As the API calls it. */
  path: string;
  hint?: ReactNode;
  children: (props: FieldProps) => ReactNode;
}) {
  const id = useId();
  const why = useWrong(path);
  const told = [...(why === undefined ? [] : [`${id}-why`]), ...(hint === undefined ? [] : [`${id}-hint`])];
  return (
    <div className="field">
      <label htmlFor={id} className={isLabelSeen ? undefined : 'hidden-text'}>
        {label}
      </label>
      {children({
        id,
        'aria-invalid': why === undefined ? undefined : true,
        'aria-describedby': told.length === 0 ? undefined : told.join(' '),
      })}
      {why !== undefined && <Why id={`${id}-why`} why={why} />}
      {hint !== undefined && (
        <span className="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </div>
  );
}

const Why = ({ id, why }: { id?: string; why: string }) => (
  <span className="wrong" id={id} role="alert">
    ✕ {shown(why)}
  </span>
);

/** What is wrong with a member that is written in several places; `isExact`: its parts have fields of their own. */
export function WrongNote({ path, isExact = false }: { path: string; isExact?: boolean }) {
  const why = useWrong(path, isExact);
  return why === undefined ? null : <Why why={why} />;
}

/** The two ways out of a dialog with a form. */
export const FormActions = ({ verb, isBusy, onClose }: { verb: string; isBusy: boolean; onClose: () => void }) => (
  <div className="dialog-actions">
    <button type="button" className="button" onClick={onClose}>
      Cancel
    </button>
    <button type="submit" className="button primary" disabled={isBusy}>
      {verb}
    </button>
  </div>
);
