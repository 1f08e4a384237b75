import type { ReactNode } from 'react';

/** The head of a column; `look` is that of its cells. */
export type Column = string | { text: string; look: string };

/** A table in its box; `children` are its rows. */
export function Table({
  columns,
  hasActions = false,
  children,
}: {
  columns: readonly Column[];
  /** Whether a last column has what can be done with a row: its head is for those who listen. */
  hasActions?: boolean;
  children: ReactNode;
}) {
  return (
    <div className="table-box">
      <table className="table">
        <thead>
          <tr>
            {columns.map((column) => {
              const { text, look } = typeof column === 'string' ? { text: column, look: undefined } : column;
              return (
                <th key={text} scope="col" className={look}>
                  {text}
                </th>
              );
            })}
            {hasActions && (
              <th scope="col">
                <span className="hidden-text">What can be done</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
