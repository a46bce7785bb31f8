/** Names of the bins between ascending borders, the lowest first; a value on a border belongs to the upper bin. */
export function binLabels(edges: readonly number[]): readonly string[] {
  const [first] = edges;
  if (first === undefined) return ['all'];
  const between = edges.slice(1).map((edge, i) => `[${edges[i]}, ${edge})`);
  return [`below ${first}`, ...between, `from ${edges.at(-1)}`];
}
