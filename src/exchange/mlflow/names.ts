/** In characters: the server's own limit. */
export const LONGEST_NAME = 250;

/**
 * What MLflow takes for the names of params or metrics. Texts that would have one name are told apart by a number behind it,
 * in the order of their code units: the same texts have the same names, whatever order they come in.
 */
export function acceptedNames(texts: Iterable<string>): ReadonlyMap<string, string> {
  const all = [...texts].sort();
  const names = new Map(all.filter((text) => accepted(text) === text).map((text) => [text, text]));
  const taken = new Set(names.keys());
  for (const text of all) {
    if (names.has(text)) continue;
    const name = free(accepted(text), taken);
    names.set(text, name);
    taken.add(name);
  }
  return names;
}

function accepted(text: string): string {
  return text.replace(/[^\w\-./: ]/g, '_').slice(0, LONGEST_NAME);
}

function free(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) {
    const end = `_${number}`;
    name = wanted.slice(0, LONGEST_NAME - end.length) + end;
  }
  return name;
}
