import type { RunFailure } from '../../words/outcomes.ts';
import { shown } from '../../words/shown.ts';
import { placeOf } from './places.ts';

const MAX_LINES = 20;

/** An error of the code, its lines of the author's code as links into it. */
export function RunError({ error, onGo }: { error: RunFailure; onGo: (line: number, column: number) => void }) {
  const lines = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return (
    <section className="section" aria-label="Error">
      <h3>Error</h3>
      <div className="sheet error-box">
        <pre>
          {shown(error.name)}: {shown(error.message)}
          {lines.slice(0, MAX_LINES).map((line, index) => {
            const place = placeOf(line);
            return (
              <span key={index} className="stack-line">
                {shown(line)}
                {place !== undefined && (
                  <button type="button" className="link-button" onClick={() => onGo(place.line, place.column)}>
                    line {place.line}
                  </button>
                )}
              </span>
            );
          })}
        </pre>
      </div>
    </section>
  );
}
