import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Failure } from './failure.tsx';
import { Loading } from './loading.tsx';

/** A page of one thing, which is read first: until then that it comes, or why it does not. */
export function ReadPage<Thing>({
  what,
  query,
  children,
}: {
  /** "the client" */
  what: string;
  query: UseQueryResult<Thing>;
  children: (thing: Thing) => ReactNode;
}) {
  if (query.isError) {
    return (
      <div className="page">
        <Failure
          what={`${what.charAt(0).toUpperCase()}${what.slice(1)} could not be read.`}
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      </div>
    );
  }
  return query.data === undefined ? <Loading what={what} /> : children(query.data);
}
