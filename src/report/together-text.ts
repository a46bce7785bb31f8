import type { TogetherCompared } from '../partition/compare-together.ts';
import { countedText, countText, intervalText, numberText, signedText } from './number-text.ts';

/** What all partitions say together, and what their own rows leave open. */
export type Together = {
  readonly comparison: Pick<TogetherCompared, 'difference' | 'interval'>;
  /** Partitions whose own rows show no clear difference, and of those the ones that their own model answers nevertheless. */
  readonly open: number;
  readonly pooled: number;
};

/** In a sentence: more rows see a difference that is too small for those of one partition. */
export function togetherText({ comparison, open, pooled }: Together): string {
  const { difference, interval } = comparison;
  const { low, high } = interval;
  if (low <= 0 && high >= 0)
    return `Taken together, too, there is no clear difference: own models are ahead by ${signedText(difference, interval)} (95 %: ${intervalText(interval)})${pooledText(pooled, false)}.`;
  const isOwn = low > 0;
  const better = isOwn ? 'own models are' : 'the model without partition is';
  const sizes = [difference, isOwn ? low : high, isOwn ? high : low];
  const [by, from, to] = sizes.map((size) => numberText(Math.abs(size), interval));
  return `Taken together, ${better} better by ${by} (95 %: ${from} … ${to})${openText({ open, pooled, isOwn })}.`;
}

function openText({
  open,
  pooled,
  isOwn,
}: Pick<Together, 'open' | 'pooled'> & { readonly isOwn: boolean }): string {
  if (open === 0) return '';
  const singly = `, although ${countedText(open, 'single partition')} can't be told apart`;
  if (pooled > 0) return `${singly}${pooledText(pooled, isOwn)}`;
  return isOwn ? `${singly}; partition.ties: pooled lets that decide` : singly;
}

/** The mean of all speaks for them or not: then it is how far partitions like them differ. */
function pooledText(pooled: number, isOwn: boolean): string {
  if (pooled === 0) return '';
  const who = `; in ${countText(pooled)} of those without a clear difference the own model answers`;
  return isOwn
    ? `${who}, as partitions like them are better off so`
    : `${who} nevertheless, as partitions like them differ that much`;
}
