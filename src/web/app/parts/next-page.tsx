import { useEffect, useRef, useState } from 'react';

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
  const end = useRef<HTMLParagraphElement>(null);
  const [isPressed, setPressed] = useState(false);
  useEffect(() => {
    // The button had the focus, and is gone: who uses the keyboard goes on from here.
    if (!hasNextPage && document.activeElement === document.body) end.current?.focus();
  }, [hasNextPage]);
  if (!hasNextPage)
    return isPressed ? (
      <p ref={end} tabIndex={-1} className="small soft">
        These are all.
      </p>
    ) : null;
  return (
    <div>
      <button
        type="button"
        className="button"
        // A button that is `disabled` loses the focus.
        aria-disabled={isFetchingNextPage}
        onClick={() => {
          setPressed(true);
          if (!isFetchingNextPage) void fetchNextPage();
        }}
      >
        {label}
      </button>
    </div>
  );
}
