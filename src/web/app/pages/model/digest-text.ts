/** The beginning of a digest: enough to tell it from others, and what the command line takes. */
export function shortDigest(digest: string): string {
  return digest.replace('sha256:', '').slice(0, 12);
}
