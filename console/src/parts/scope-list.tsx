import { shown } from '../words/shown.ts';

/** Scopes of a token, with what the code added and took away. */
export function ScopeList({
  scopes,
  changes,
}: {
  scopes: readonly string[];
  changes: { added: readonly string[]; removed: readonly string[] };
}) {
  const added = new Set(changes.added);
  return (
    <span className="scope-list">
      {scopes.length === 0 && changes.removed.length === 0 && <span className="hint">none</span>}
      {scopes.map((scope) => (
        <span key={scope} className={added.has(scope) ? 'scope added' : 'scope'}>
          {shown(scope)}
        </span>
      ))}
      {changes.removed.map((scope) => (
        <span key={scope} className="scope removed">
          <span className="hidden-text">removed: </span>
          {shown(scope)}
        </span>
      ))}
    </span>
  );
}
