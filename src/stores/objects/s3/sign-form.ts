import { createHmac } from 'node:crypto';
import type { UploadForm } from '../upload-form.ts';

/** S3 takes no more at once. */
const MOST_BYTES = 5 * 2 ** 30;

export type FormWish = {
  /** Where requests to the bucket go. */
  readonly url: string;
  readonly bucket: string;
  /** What keys have to begin with. */
  readonly start: string;
  readonly seconds: number;
};

export type Signer = {
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    /** Of credentials that last for a while; good for nothing without the secret. */
    readonly sessionToken?: string | undefined;
  };
};

/**
 * A form of S3 (a POST policy, signed by version 4) for objects whose keys begin so, from now on. The secret is not in it.
 * The SDK's own package for this brings a second SDK along.
 */
export function signForm(
  { url, bucket, start, seconds }: FormWish,
  { region, credentials }: Signer,
  now: Date,
): UploadForm {
  const date = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = date.slice(0, 8);
  const said = {
    bucket,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${credentials.accessKeyId}/${day}/${region}/s3/aws4_request`,
    'X-Amz-Date': date,
    ...(credentials.sessionToken !== undefined && {
      'X-Amz-Security-Token': credentials.sessionToken,
    }),
  };
  const policy = {
    expiration: new Date(now.getTime() + seconds * 1000).toISOString(),
    conditions: [
      ...Object.entries(said).map(([name, value]) => ({ [name]: value })),
      ['starts-with', '$key', start],
      ['content-length-range', 0, MOST_BYTES],
    ],
  };
  const Policy = Buffer.from(JSON.stringify(policy)).toString('base64');
  const signature = signPolicy(Policy, { day, region, secret: credentials.secretAccessKey });
  return { url, start, fields: { ...said, Policy, 'X-Amz-Signature': signature } };
}

/** Of a policy in base64; `day`: YYYYMMDD. */
export function signPolicy(
  policy: string,
  {
    day,
    region,
    secret,
  }: { readonly day: string; readonly region: string; readonly secret: string },
): string {
  const scope = [day, region, 's3', 'aws4_request'];
  const key = scope.reduce((above: string | Buffer, part) => hmac(above, part), `AWS4${secret}`);
  return hmac(key, policy).toString('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
