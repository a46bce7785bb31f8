import { countedText, countText } from '../../../../report/number-text.ts';
import type { Answer } from '../../api/answers.ts';

type DriftAnswer = Answer<'GET /runs/{run}/drift'>;
export type DriftFound = Extract<DriftAnswer, { state: 'done' }>;

/** Whether a comparison goes on, as far as is known: of one that has failed, the answer before the failure is kept. */
export function goesOn({
  data,
  error,
}: {
  readonly data: DriftAnswer | undefined;
  readonly error: Error | null;
}): boolean {
  return error === null && data?.state === 'working';
}

export function answerText({ counts }: Pick<DriftFound['drift'], 'counts'>): string {
  const { partitions, drifted, failed } = counts;
  const what =
    drifted === 0
      ? `None of ${countedText(partitions, 'partition')} has drifted`
      : `${countText(drifted)} of ${countedText(partitions, 'partition')} ${drifted === 1 ? 'has' : 'have'} drifted`;
  const rest = [
    ...(counts.new === 0 ? [] : [`${countText(counts.new)} new`]),
    ...(counts.gone === 0 ? [] : [`${countText(counts.gone)} gone`]),
    ...(failed === 0 ? [] : [`${countText(failed)} could not be compared`]),
  ];
  return `${[what, ...rest].join('; ')}.`;
}

/** Why no model was scored, or in how many partitions none was and why not in the first of them; null where all were. */
export function notScoredText({
  notScored,
  scores: { unknown, because },
}: Pick<DriftFound['drift'], 'notScored' | 'scores'>): string | null {
  if (notScored !== null) return `Models were not scored: ${notScored}`;
  if (unknown === 0) return null;
  const what = `Not scored in ${countedText(unknown, 'partition')}`;
  return because === null ? `${what}.` : `${what}: ${because}`;
}
