const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** An address on the server's own machine, for a page read at `host`; null from another machine, which has not got it. */
export function reachableFrom(host: string, address: string | null): string | null {
  if (address === null) return null;
  return LOOPBACK.test(new URL(address).hostname) && !LOOPBACK.test(host) ? null : address;
}
