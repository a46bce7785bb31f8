/**
 * What a record holds under this name, and only what was put there: users call columns `constructor` and `__proto__`, which
 * every object answers to.
 */
export function entryOf<Value>(
  record: { readonly [name: string]: Value },
  name: string,
): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
