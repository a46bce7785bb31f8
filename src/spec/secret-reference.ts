/** How a spec names a secret that it does not hold. */
export const SECRET_REFERENCE = /^\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}$/;

/** The environment variable that a text refers to; `undefined` when it is no reference. */
export function referencedVariable(text: string): string | undefined {
  return SECRET_REFERENCE.exec(text)?.[1];
}
