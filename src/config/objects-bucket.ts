import { type BucketPlace, bucketPlace } from '../domain/bucket.ts';
import { Failure } from '../domain/failure.ts';

/** The bucket that keeps objects: the SDK of AWS itself reads who we are there, and where that is. */
export type ObjectsBucket = BucketPlace & {
  /** As it was set. */
  readonly address: string;
  /** Whether the bucket's name stands in the path of a request, not in the name of the host. */
  readonly isPathStyle: boolean;
  /** Those of AWS' variables that are set; they may hold secrets. */
  readonly variables: readonly string[];
};

type Found = {
  readonly PARTITA_OBJECTS?: string | undefined;
  readonly PARTITA_OBJECTS_PATH_STYLE?: boolean | undefined;
  readonly AWS_ENDPOINT_URL?: string | undefined;
  readonly AWS_ENDPOINT_URL_S3?: string | undefined;
};

/** Null: none is named. Throws `Failure('usage')` where the address of its S3 is none. `set`: the names of all variables. */
export function objectsBucket(found: Found, set: readonly string[]): ObjectsBucket | null {
  const address = found.PARTITA_OBJECTS;
  const place = address === undefined ? null : bucketPlace(address);
  if (address === undefined || place === null) return null;
  const endpoint = found.AWS_ENDPOINT_URL_S3 ?? found.AWS_ENDPOINT_URL;
  if (endpoint !== undefined && !(URL.canParse(endpoint) && /^https?:\/\//.test(endpoint)))
    throw new Failure(
      'usage',
      'AWS_ENDPOINT_URL_S3 (or AWS_ENDPOINT_URL), which says where the S3 of PARTITA_OBJECTS is, is no address that begins with http:// or https://.',
    );
  return Object.freeze({
    ...place,
    address,
    // Few servers beside Amazon's have a host name for every bucket.
    isPathStyle: found.PARTITA_OBJECTS_PATH_STYLE ?? endpoint !== undefined,
    variables: set.filter((name) => name.startsWith('AWS_')),
  });
}
