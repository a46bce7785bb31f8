/** Below a list that goes on: the way to its next page; nothing where it ends. */
export function NextPage({
  query: { hasNextPage, isFetchingNextPage, fetchNextPage },
  label = 'Older ones',
}: {
  query: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => Promise<unknown>;
  };
  label?: string;
}) {
  if (!hasNextPage) return null;
  return (
    <div>
      <button
        type="button"
        className="button"
        disabled={isFetchingNextPage}
        onClick={() => void fetchNextPage()}
      >
        {label}
      </button>
    </div>
  );
}
