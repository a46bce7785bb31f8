declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** `sha256:` and 64 hex digits: the identity of bytes, rows, models and specs. Made in `frame/digest.ts`. */
export type Digest = Branded<'Digest'>;

/** The 64 hex digits of it. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}
