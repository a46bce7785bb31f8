import { entryOf } from '../../domain/entry.ts';
import { Failure } from '../../domain/failure.ts';
import { suggestion } from '../../domain/nearest-name.ts';
import type { Supports } from '../../estimators/estimator.ts';
import type { Handle } from '../../spec/features.ts';
import type { ColumnShape } from '../column-shape.ts';
import type { OutlierRule } from './outliers.ts';
import type { ScaleRule } from './scaling.ts';

/**
 * More levels than this, and `auto` goes from one feature per level to target encoding, and from codes without order to
 * both: levels of like targets look alike to target encoding, and a tree that can't tell them apart learns what they have
 * in common only (global boosting over 100 partitions of rules of their own: accuracy 0.70 instead of 0.68).
 */
export const MOST_AUTO_LEVELS = 64;

export type MissingRule =
  | { readonly name: 'left' | 'mean' | 'median' | 'mode' | 'indicator' | 'drop' }
  | { readonly name: 'constant'; readonly constant: number | string };
/** `target_and_ordinal`: what `auto` does with very many levels for estimators that split. */
export type EncodeRule = Exclude<Handle['encode'], 'auto'> | 'target_and_ordinal';

/** What is done to one column, `auto` decided by what the estimator takes. */
export type ColumnRules = {
  readonly missing: MissingRule;
  readonly outliers: OutlierRule;
  readonly scale: ScaleRule;
  readonly encodeFor: (levelCount: number) => EncodeRule;
};

/** The general rules with the column's own over them. */
export function rulesOf(
  { name, kind }: ColumnShape,
  handle: Handle,
  supports: Pick<Supports, 'missing' | 'scaledInput'>,
): ColumnRules {
  const own = entryOf(handle.columns, name);
  const scale = own?.scale ?? handle.scale;
  return {
    missing: missingRule(own?.missing ?? handle.missing, { name, kind }, supports),
    outliers: own?.outliers ?? handle.outliers,
    scale: scale === 'auto' ? (supports.scaledInput ? 'standard' : 'none') : scale,
    encodeFor: (levelCount) => {
      const encode = own?.encode ?? handle.encode;
      if (encode !== 'auto') return encode;
      const isMany = levelCount > MOST_AUTO_LEVELS;
      if (supports.scaledInput) return isMany ? 'target' : 'one_hot';
      return isMany ? 'target_and_ordinal' : 'ordinal';
    },
  };
}

/** `auto`: text keeps "missing" as a level of its own; numbers get the median unless the estimator takes gaps. */
function missingRule(
  rule: Handle['missing'],
  { name, kind }: ColumnShape,
  supports: Pick<Supports, 'missing'>,
): MissingRule {
  if (typeof rule === 'object') {
    if (kind === 'number' && typeof rule.constant === 'string')
      throw new Failure(
        'invalid-spec',
        `features.handle.missing: "${rule.constant}" can't stand in for a missing number in \`${name}\`. Give that column a rule of its own in features.handle.columns.`,
      );
    return { name: 'constant', constant: rule.constant };
  }
  if (rule !== 'auto') return { name: rule };
  return { name: kind === 'category' || supports.missing ? 'left' : 'median' };
}

/**
 * Refuses single-column rules for a column that is no feature, or of a kind that they do nothing to. Throws
 * `Failure('invalid-spec')`.
 */
export function checkHandling(features: readonly ColumnShape[], handle: Handle): void {
  for (const [name, own] of Object.entries(handle.columns)) {
    const place = `features.handle.columns.${name}`;
    const shape = features.find((feature) => feature.name === name);
    if (shape === undefined) {
      const near = suggestion(
        name,
        features.map((feature) => feature.name),
      );
      throw new Failure(
        'invalid-spec',
        `${place}: There is no feature \`${name}\`. ${near}Rules are for columns that train.`,
      );
    }
    if (shape.kind === 'number' && own.encode !== undefined)
      throw new Failure(
        'invalid-spec',
        `${place}.encode: \`${name}\` holds numbers. Declare \`text\` in columns.types to encode it.`,
      );
    if (shape.kind === 'category' && own.outliers !== undefined)
      throw new Failure(
        'invalid-spec',
        `${place}.outliers: \`${name}\` holds text. Remove the rule.`,
      );
    rulesOf(shape, handle, { missing: false, scaledInput: false });
  }
}
