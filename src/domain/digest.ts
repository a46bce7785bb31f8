declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** `sha256:` and 64 hex digits: the identity of bytes, rows, models and specs. Made in `frame/digest.ts`. */
export type Digest = Branded<'Digest'>;
