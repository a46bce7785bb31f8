import { RANKING_METHODS } from './features.ts';
import type { Path } from './problem.ts';
import type { ResolvedSpec } from './resolve-defaults.ts';
import type { Finding } from './schema-problems.ts';

/** Anomalies are found without their labels: nothing that learns from them has a place. */
export function checkAnomaly({
  target,
  features: { handle, select },
  probabilities,
  ensemble,
}: ResolvedSpec): readonly Finding[] {
  if (target.isAnomaly !== true) return [];
  const found: Finding[] = [];
  const refuse = (path: Path, message: string) => found.push({ path, part: 'value', message });
  if (target.positive === undefined)
    refuse(
      ['target', 'task'],
      `Which label of \`${target.column}\` marks an anomaly? Write it in \`target.positive\`. Without labels, \`partita map\` with \`map: { function: isolation_forest }\` scores every row.`,
    );
  if (RANKING_METHODS.some((method) => method === select.method))
    refuse(
      ['features', 'select', 'method'],
      `\`${select.method}\` looks at the labels, and anomalies are found without them. Use \`variance\`, \`correlation\` or \`missing_rate\`.`,
    );
  if (handle.imbalance !== 'none')
    refuse(
      ['features', 'handle', 'imbalance'],
      'Anomalies are found without their labels: remove it.',
    );
  if (handle.encode === 'target')
    refuse(
      ['features', 'handle', 'encode'],
      '`target` looks at the labels: use `ordinal` or `frequency`.',
    );
  if (ensemble !== undefined)
    refuse(
      ['ensemble'],
      'The weights of an ensemble are learned from labels, and anomalies are found without them: remove it.',
    );
  if (probabilities !== undefined)
    refuse(
      ['probabilities'],
      'An anomaly has a score, not a probability: where it begins is `contamination`, a parameter of isolation_forest. Remove it.',
    );
  return found;
}
