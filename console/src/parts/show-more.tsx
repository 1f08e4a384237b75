/** More are no list that anybody reads. */
const MAX_LISTED = 1_000;

type Pages = { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> };

/** Below a list that is read by pages: the way to the next one. */
export function ShowMore({
  pages: { hasNextPage, isFetchingNextPage, fetchNextPage },
  listed,
  label = 'Show more',
  beyond,
}: {
  pages: Pages;
  /** How many are shown. */
  listed: number;
  label?: string;
  /** What to do instead where there are so many that narrowing helps more; without it there are never too many. */
  beyond?: string;
}) {
  if (!hasNextPage) return null;
  if (beyond !== undefined && listed >= MAX_LISTED) return <p className="hint">{beyond}</p>;
  return (
    <div>
      <button type="button" className="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
        {isFetchingNextPage ? 'Reading…' : label}
      </button>
    </div>
  );
}
