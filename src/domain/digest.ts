declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** `sha256:` and 64 hex digits: the identity of bytes, rows, models and specs. Made in `frame/digest.ts`. */
export type Digest = Branded<'Digest'>;

const PATTERN = /^sha256:[0-9a-f]{64}$/;

export function isDigest(text: string): text is Digest {
  return PATTERN.test(text);
}

/** Throws `RangeError` when the text is no digest: digests only ever come from us, so this is a bug, not an input error. */
export function parseDigest(text: string): Digest {
  if (!isDigest(text)) throw new RangeError(`Not a digest: ${text}`);
  return text;
}
