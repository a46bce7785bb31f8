import { Failure, isFailure } from '../domain/failure.ts';
import { withoutSecrets } from '../domain/without-secrets.ts';
import { shownUrl } from './source-url.ts';

/** SQLSTATE → what it means for a source. */
const MEANINGS: { readonly [code: string]: string } = {
  '25006': 'The query writes, but a source is only read',
  '42501': 'Reading it is not permitted',
  '42601': 'Its SQL has a mistake',
  '57014': 'It took longer than a source may',
};
const UNREACHABLE = /^(ECONN|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|EAI_AGAIN|08|28|3D000|57P)/;

/** A driver's error as ours, with the server's place and without its secrets. */
export function postgresFailure(error: unknown, url: string): Failure {
  if (isFailure(error)) return error;
  const { code = '', message } = error as { readonly code?: string; readonly message: string };
  const text = withoutSecrets(message, [url, new URL(url).password]).replace(/\.$/, '');
  const place = shownUrl(url);
  if (UNREACHABLE.test(code) || code === '')
    return new Failure(
      'unreachable',
      `The database ${place} of the source can't be reached (${text}): start it, or correct the address that \`data.source.url\` refers to.`,
    );
  const meaning = MEANINGS[code];
  return new Failure(
    'invalid-data',
    `The source in ${place} can't be read. ${meaning === undefined ? '' : `${meaning}: `}${text}.`,
  );
}
