/**
 * These names, with a number behind each that stood before or is taken, even when case is ignored, as most readers of
 * files do: `rpm`, `RPM (2)`.
 */
export function distinctNames(
  names: readonly string[],
  taken: Iterable<string> = [],
): readonly string[] {
  const seen = new Set(Array.from(taken, (name) => name.toLowerCase()));
  return names.map((name) => {
    let distinct = name;
    for (let i = 2; seen.has(distinct.toLowerCase()); i++) distinct = `${name} (${i})`;
    seen.add(distinct.toLowerCase());
    return distinct;
  });
}
