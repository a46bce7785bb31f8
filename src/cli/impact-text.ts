import { printable } from '../domain/printable.ts';
import type { Services } from '../operations/services.ts';
import { countedText, countText } from '../report/number-text.ts';

type Impact = Awaited<ReturnType<Services['quarantines']['impact']>>;
type Subject = Impact['subject'];
type Model = Impact['models'][number];

const SHOWN = 20;

const REACHES: { readonly [reach in Model['reach']]: string } = {
  itself: 'the model itself',
  rows: 'trained on the rows',
  union: 'trained on a union that they are part of',
  parent: 'of the parent that they are part of',
  global: 'without partition, trained on a table that they are part of',
};

/** What something bad has reached, for people: who answers with it now comes first. */
export function impactText({ subject, runs, models, aliases, counts }: Impact): string {
  const touched = `${countedText(counts.models, 'model')} in ${countedText(counts.runs, 'run')}, the answer for ${countedText(counts.answers, 'partition')}`;
  return [
    subjectText(subject),
    counts.models === 0 ? 'reached no model' : `reached ${touched}`,
    '',
    aliases.length === 0 ? 'No name answers with any of them.' : 'Answering now:',
    ...aliases.map(
      ({ experiment, alias, runId, answers }) =>
        `  ${printable(`${experiment}@${alias}`)}  run ${runId}, ${countedText(answers, 'partition')}`,
    ),
    ...(runs.length === 0 ? [] : ['', 'Runs:']),
    ...runs
      .slice(0, SHOWN)
      .map(
        ({ runId, experiment, status, models: made, answers }) =>
          `  ${runId}  ${printable(experiment)}  ${status}  ${countedText(made, 'model')}, ${countedText(answers, 'answer')}`,
      ),
    ...moreLine(counts.runs),
    ...(models.length === 0 ? [] : ['', 'Models:']),
    ...models.slice(0, SHOWN).map(modelLine),
    ...moreLine(counts.models),
    '',
  ].join('\n');
}

export function subjectText(subject: Subject): string {
  if (subject.kind !== 'partition') return `${subject.kind.replaceAll('_', ' ')} ${subject.digest}`;
  const where = subject.experiment === null ? '' : ` of ${subject.experiment}`;
  return printable(`partition ${subject.text}${where}`);
}

function modelLine({ model, partition, runId, reach, origin }: Model): string {
  const fitted = origin === null ? '' : `, fitted by run ${origin}`;
  return `  ${model}\n    ${printable(partition)} in run ${runId}: ${REACHES[reach]}${fitted}`;
}

function moreLine(count: number): readonly string[] {
  return count > SHOWN ? [`  … of ${countText(count)}: add --json`] : [];
}
