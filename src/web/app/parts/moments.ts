/** `25 Nov 2026, 22:46`, in the reader's own time zone. */
export function momentText(moment: string): string {
  return new Date(moment).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** Milliseconds between two moments; until now where the second is still to come. */
export function elapsedMs(from: string, to: string | null): number {
  return Math.max(0, (to === null ? Date.now() : Date.parse(to)) - Date.parse(from));
}
