/** A user's files for `partita map`: a function that looks, counts, prints, and throws where the kind is `pump`. */
export const COUNT_ABOVE = {
  'above.ts': `export function above(values: Float64Array, limit: number): number {
  return values.filter((value) => value > limit).length;
}
`,
  'count-above.ts': `import { partitionFunction } from 'partita';
import { above } from './above.ts';

export default partitionFunction({
  output: { rows: 'integer', share: 'number', any: 'boolean', site: 'text', last: 'timestamp' },
  apply(partition, { limit }: { readonly limit: number }) {
    const values = partition.numbers('x');
    console.log(\`\${partition.key['kind']} has \${values.length} rows\`);
    if (partition.key['kind'] === 'pump') throw new TypeError('no pumps, please');
    const rows = above(values, limit);
    const site = partition.texts('site').find((text) => text !== null) ?? null;
    let last: Date | null = null;
    for (const { day } of partition.rows()) last = day as Date | null;
    return [{ rows, share: rows / values.length, any: rows > 0, site, last }];
  },
});
`,
} as const;

/** Where it throws. */
export const THROWS_AT = 'count-above.ts:9:49';
