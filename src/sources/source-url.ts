import { Failure } from '../domain/failure.ts';
import type { Source } from '../spec/source.ts';

/** What a secret reference is resolved with; values never appear in errors, logs or what is stored. */
export type Secrets = (name: string) => string | undefined;

/**
 * The address of a Postgres source: what its reference stands for, or the embedded server's own database. Undefined
 * for files. Throws `Failure('invalid-spec')` naming a variable that is not set, never its value.
 */
export function resolveSourceUrl(
  source: Source,
  secrets: Secrets,
  embeddedUrl: string | null,
): string | undefined {
  if (source.kind !== 'postgres') return undefined;
  if (source.url === undefined) return embeddedUrl ?? undefined;
  const name = source.url.slice('${env:'.length, -1);
  const url = secrets(name);
  if (url === undefined || url === '')
    throw new Failure(
      'invalid-spec',
      `\`data.source.url\` refers to the environment variable ${name}, which is not set.`,
    );
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url))
    throw new Failure(
      'invalid-spec',
      `The environment variable ${name} holds no address of the form postgres://user:password@host:port/database.`,
    );
  return url;
}

/** Host, port and database of an address: what people may see of it. */
export function shownUrl(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || '5432'}${pathname}`;
}
