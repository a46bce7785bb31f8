/** Where in S3 something is kept. */
export type BucketPlace = {
  readonly bucket: string;
  /** What every key begins with: empty, or ends with a slash. */
  readonly prefix: string;
};

/** No user, password or query: credentials have no place in it. */
const ADDRESS = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?#]*))?$/;

/** Of `s3://bucket` or `s3://bucket/prefix`; null: it is neither. */
export function bucketPlace(address: string): BucketPlace | null {
  const [, bucket, path = ''] = ADDRESS.exec(address) ?? [];
  if (bucket === undefined) return null;
  const prefix = path.replace(/^\/+|\/+$/g, '');
  return { bucket, prefix: prefix === '' ? '' : `${prefix}/` };
}
