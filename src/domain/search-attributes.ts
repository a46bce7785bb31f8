/** What runs can be looked for by in Temporal's own pages and tools, as Temporal names it: few, and never a secret. */
export const SEARCH_ATTRIBUTES = {
  experiment: 'PartitaExperiment',
  spec: 'PartitaSpec',
  mode: 'PartitaMode',
} as const;

/** Of one run: its experiment, the digest of its spec, and whether it is fresh or made from another one. */
export type Searchable = { readonly [what in keyof typeof SEARCH_ATTRIBUTES]: string };

/** As Temporal's SDK takes them. */
export function searchPairs({ experiment, spec, mode }: Searchable) {
  const pair = (name: string, value: string) => ({
    key: { name, type: 'KEYWORD' as const },
    value,
  });
  return [
    pair(SEARCH_ATTRIBUTES.experiment, experiment),
    pair(SEARCH_ATTRIBUTES.spec, spec),
    pair(SEARCH_ATTRIBUTES.mode, mode),
  ];
}
