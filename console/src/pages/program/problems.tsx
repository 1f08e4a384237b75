import type { Problem } from '../../editor/code-editor.tsx';

const MAX_SHOWN = 50;

/** What types and syntax say of the code; each leads to its line. */
export function Problems({
  problems,
  onGo,
}: {
  problems: readonly Problem[];
  onGo: (line: number, column: number) => void;
}) {
  if (problems.length === 0) return null;
  return (
    <ul className="problems" aria-label="Problems">
      {problems.slice(0, MAX_SHOWN).map(({ line, column, message, isError }) => (
        <li key={`${String(line)}:${String(column)}:${message}`}>
          <button type="button" onClick={() => onGo(line, column)}>
            <span className={isError ? 'bad' : 'warn'} aria-label={isError ? 'error' : 'warning'}>
              {isError ? '⊗' : '⚠'}
            </span>
            <span className="place number">
              {line}:{column}
            </span>
            <span>{message}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
