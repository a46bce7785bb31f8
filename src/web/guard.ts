import { WebFailure } from './problems.ts';

/** Under which names the server may be asked: exact `host:port`, the way a browser writes them. */
export type Site = { readonly hosts: readonly string[] };

const CHANGES = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

export function isChange(request: Request): boolean {
  return CHANGES.has(request.method);
}

/** Another name for this machine is how a foreign page would reach it. Throws `WebFailure('wrong-host')`. */
export function checkHost({ headers }: Request, { hosts }: Site): void {
  const host = headers.get('host') ?? '';
  if (hosts.includes(host.toLowerCase())) return;
  throw new WebFailure(
    'wrong-host',
    `This server is not "${host.slice(0, 100)}": ask it as ${hosts[0] ?? 'nobody'}.`,
  );
}

/** What another site's page sends can't change anything. Throws `WebFailure('cross-site')`. */
export function checkSameSite({ headers }: Request, { hosts }: Site): void {
  const origin = headers.get('origin');
  const isOwn =
    origin === null || hosts.some((host) => [`http://${host}`, `https://${host}`].includes(origin));
  const fetchSite = headers.get('sec-fetch-site');
  if (isOwn && (fetchSite === null || fetchSite === 'same-origin' || fetchSite === 'none')) return;
  throw new WebFailure('cross-site', 'A page of another site may not change anything here.');
}

/** A form of another site can't send these types. Throws `WebFailure('not-json')`. */
export function checkContentType({ headers }: Request, expected: string): void {
  const [type = ''] = (headers.get('content-type') ?? '').split(';');
  if (type.trim().toLowerCase() === expected) return;
  throw new WebFailure('not-json', `Send the body as ${expected}, also when it is empty.`);
}
