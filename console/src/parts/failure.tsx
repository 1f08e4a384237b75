import { ApiFailure } from '../api/failure.ts';
import { shown } from '../words/shown.ts';

/** What went wrong, in the API's words, with what somebody who looks for it needs. */
export function Failure({
  what,
  error,
  onRetry,
}: {
  what: string;
  error: unknown;
  onRetry?: (() => void) | undefined;
}) {
  const failure = error instanceof ApiFailure ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return (
    <div className="failure" role="alert">
      <p>
        <strong>{what}</strong> {shown(message)}
      </p>
      {failure?.errorCode !== undefined && (
        <p className="hint">
          <code>{failure.errorCode}</code>
          {failure.correlationId === undefined ? '' : ` · request ${failure.correlationId}`}
        </p>
      )}
      {onRetry !== undefined && (
        <p>
          <button type="button" className="button small" onClick={onRetry}>
            Try again
          </button>
        </p>
      )}
    </div>
  );
}
