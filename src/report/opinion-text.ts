import type { DivisionAdvice, DivisionVerdict } from '../partition/advise/advice.ts';
import { signedText } from './number-text.ts';

/** What the adviser's opinion is told of; the best division stands first. */
type Opinion = {
  readonly advice: {
    readonly partition: readonly string[] | null;
    readonly because: DivisionVerdict | 'nothing_to_try';
  };
  readonly divisions: readonly Pick<DivisionAdvice, 'lift' | 'interval' | 'score'>[];
  readonly metric: string;
  readonly rows: number;
  readonly sampled: number;
};

/** Whether to partition the table; `nameOf`: how a key is written. */
export function opinionText(
  { advice: { partition, because }, divisions: [best], metric, rows, sampled }: Opinion,
  nameOf: (key: readonly string[]) => string,
): string {
  switch (because) {
    case 'pays':
      return `Partition by ${nameOf(partition ?? [])}: models of its partitions predict better than one model of the table${gainText(best, metric)}.`;
    case 'differs':
      return sampled < rows
        ? 'Do not partition yet: partitions differ, but models of their own are not surely better on these rows.'
        : 'Do not partition: partitions differ, but models of their own are not surely better.';
    case 'same':
      return 'Do not partition: no column divides the table into parts that one model of the whole table does not tell apart already.';
    case 'nothing_to_try':
      return 'Do not partition: no column can be the key (see below).';
  }
}

/** Where the metric itself does not say so surely, probabilities do. */
function gainText(best: Opinion['divisions'][number] | undefined, metric: string): string {
  if (best === undefined) return '';
  const { lift, interval, score } = best;
  const surely = (interval?.low ?? 0) > 0 ? '' : ', surely so by their probabilities';
  return ` (${signedText(lift, interval ?? score)} ${metric})${surely}`;
}
