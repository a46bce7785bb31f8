import type { ResolvedSpec } from './resolve-defaults.ts';
import type { Finding } from './schema-problems.ts';

/** A parent is of partitions that share the first columns of the key. */
export function checkParents({
  partition: { by, parents },
  global,
}: ResolvedSpec): readonly Finding[] {
  const finding = (message: string): readonly Finding[] => [
    { path: ['partition', 'parents'], part: 'value', message },
  ];
  if (parents === undefined) return [];
  if (by.length === 1)
    return finding(
      `A key of one column, \`${by[0]}\`, has no parents. Remove it, or name more columns in \`partition.by\`.`,
    );
  if (!global.enabled)
    return finding(
      'Parents are compared with the model without partition, which is off. Set `global.enabled: true`.',
    );
  if (parents.length < by.length && parents.every((name, i) => name === by[i])) return [];
  const ways = by.slice(1).map((_, i) => `\`[${by.slice(0, i + 1).join(', ')}]\``);
  return finding(
    `\`[${parents.join(', ')}]\` is not how the key begins, of which a column must be left. Write ${ways.join(' or ')}.`,
  );
}
