import { blendText } from '../domain/blend.ts';
import { printable } from '../domain/printable.ts';
import type { Services } from '../operations/services.ts';
import { countedText, countText, numberText } from '../report/number-text.ts';

type Lineage = Awaited<ReturnType<Services['lineage']>>;
type Making = Lineage['makings'][number];

const SHOWN_MAKINGS = 5;
const SHOWN_USES = 10;
const LABEL = 13;

/** Where a model came from and where it answers, for people; the JSON has every digest. */
export function lineageText(lineage: Lineage): string {
  const { model, blend, byteSize, makings, makingCount, uses, useCount } = lineage;
  const shown = makings.slice(0, SHOWN_MAKINGS);
  const size = byteSize === null ? '' : ` · ${countText(byteSize)} bytes`;
  return [
    `model ${model}${size}`,
    ...partLines(blend),
    ...shown.flatMap((making) => ['', ...makingLines(making)]),
    ...moreLine(makingCount - shown.length, 'training'),
    '',
    useCount === 0 ? 'answers for nobody' : `answers for ${countedText(useCount, 'partition')}`,
    ...uses.slice(0, SHOWN_USES).map(useLine),
    ...moreLine(useCount - Math.min(uses.length, SHOWN_USES), 'partition'),
    '',
    'Every digest, seed, attempt and edge: add --json.',
    '',
  ].join('\n');
}

/** Several models that answer together; what made them follows. */
function partLines(blend: Lineage['blend']): readonly string[] {
  if (blend === null) return [];
  return blend.map(({ rung, model, weight }, i) =>
    line(i === 0 ? 'blend of' : '', `${Math.round(100 * weight)} % ${rung} ${model}`),
  );
}

function makingLines(making: Making): readonly string[] {
  const { data, code, environment, selection } = making;
  const alarm =
    making.notReproducible === null
      ? []
      : [line('ALARM', `another result when it ran again: ${making.notReproducible}`)];
  return [
    `made by run ${making.runId} of ${printable(making.experiment)} (${making.status}, ${making.createdAt.slice(0, 19)}Z, ${printable(making.requestedBy)})`,
    ...alarm,
    line(
      'for',
      making.scope === 'global'
        ? 'all rows, without partition'
        : `${printable(making.partition)}${making.scope === 'parent' ? ', the parent of partitions' : ''}`,
    ),
    line('from', `${data.source.kind} ${printable(data.source.location)}`),
    line(
      'rows',
      `${countText(data.rowCount)}, ${countText(making.trainedRows)} of them trained on`,
    ),
    line('', data.rows),
    line('snapshot', data.snapshot),
    line('folds', data.folds),
    line('spec', making.spec),
    line('code', code.sourceDigest),
    ...(code.gitCommit === null
      ? []
      : [line('', `commit ${code.gitCommit}${code.dirty ? ', with changes' : ''}`)]),
    line('machine', factsText(environment.facts)),
    line('seed', `${making.seed}, made from ${making.rootSeed}`),
    line('algorithm', [making.algorithm, factsText(making.parameters)].filter(Boolean).join(' · ')),
    line('columns', printable(making.features.join(', '), 400)),
    ...(selection === null || selection.dropped.length === 0
      ? []
      : [line('dropped', `${printable(selection.dropped.join(', '), 400)} (${selection.method})`)]),
    ...(selection === null || selection.origin === null
      ? []
      : [line('selected by', `run ${selection.origin}, from the same rows, folds and seed`)]),
    ...making.scores
      // A parent's own scores stand where a partition's do.
      .filter(({ scope }) => scope === (making.scope === 'parent' ? 'own' : making.scope))
      .map(({ split, metric, value, because }) =>
        line(split === 'cv' ? 'score' : '', scoreText(split, metric, value, because)),
      ),
    ...answerLine(making),
    ...making.candidates.map((candidate, i) => line(i === 0 ? 'candidates' : '', rival(candidate))),
  ];
}

/** Who answers where this model was made, if it is another one. */
function answerLine({ model, answer }: Making): readonly string[] {
  if (answer === null || answer.model === null || answer.model === model) return [];
  if (answer.blend !== null)
    return [
      line('verdict', `blend: ${blendText(answer.blend)} answer together as ${answer.model}`),
    ];
  return [line('verdict', `${answer.verdict ?? answer.status}: ${answer.model} answers instead`)];
}

function scoreText(split: string, metric: string, value: number | null, because: string | null) {
  const name = split === 'cv' ? 'cross-validation' : split;
  return `${numberText(value)} ${metric}, ${name}${because === null ? '' : `: ${printable(because)}`}`;
}

function rival({ algorithm, cv, because, isBest }: Making['candidates'][number]): string {
  const outcome = cv === null ? printable(because ?? 'no score', 120) : numberText(cv);
  return `${algorithm.padEnd(18)} ${outcome}${isBest ? '  best' : ''}`;
}

function useLine({ partition, runId, verdict, status }: Lineage['uses'][number]): string {
  return `  ${printable(partition)} in run ${runId} (${verdict ?? status})`;
}

function moreLine(hidden: number, noun: string): readonly string[] {
  return hidden > 0 ? [`… and ${countedText(hidden, `more ${noun}`)}`] : [];
}

function line(label: string, text: string): string {
  return `  ${label.padEnd(LABEL)}${text}`;
}

function factsText(facts: Making['parameters']): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
