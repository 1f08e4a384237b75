import { DROPPED, type Dropped } from '../words/dropped.ts';
import { shown } from '../words/shown.ts';

/** What is not in the token although the code set it, why, and what would bring it there. */
export function DroppedList({ dropped }: { dropped: readonly Dropped[] }) {
  return (
    <ul className="sheet">
      {dropped.map(({ kind, name, reason }, index) => (
        <li key={index} className="dropped-item">
          <span className="what">
            ⚠ {kind} <code>{shown(name)}</code>: {DROPPED[reason].why}
          </span>
          <span className="hint">{DROPPED[reason].remedy}</span>
        </li>
      ))}
    </ul>
  );
}
