import { useMutation } from '@tanstack/react-query';
import type { JsonObject } from '../../../../domain/json.ts';
import { displayPartition } from '../../../../domain/partition.ts';
import { reasonText } from '../../../../report/answer.ts';
import {
  countedText,
  countText,
  percentText,
  roughDurationText,
} from '../../../../report/number-text.ts';
import type { Answer } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';

type Plan = Extract<Answer<'POST /plans'>, { state: 'done' }>['plan'];

/** How long to wait before asking again, in milliseconds. */
const ASK_AGAIN_MS = 700;
/** Lines of the table of partitions. */
const SHOWN = 200;

/** Asks for a plan and waits until it is made. */
export function usePlan() {
  return useMutation({
    mutationFn: async (spec: JsonObject): Promise<Plan> => {
      let answer = await ask('POST /plans', { body: { spec } });
      while (answer.state !== 'done') {
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
        answer = await ask('GET /plans/{plan}', { params: { plan: answer.planId } });
      }
      return answer.plan;
    },
  });
}

const DECISIONS: { readonly [kind in Plan['partitions'][number]['decision']['kind']]: string } = {
  train: 'a model of its own',
  shrink: 'a model of its own, blended with the one without partition',
  global: 'left to the model without partition',
  skip: 'skipped',
  merge: 'merged with others',
  fail: 'nothing: it fails',
};

/** What would be trained: how many models, and what becomes of every partition. */
export function PlanView({ plan, isStale }: { plan: Plan; isStale: boolean }) {
  const { partitions, rows, fits, knownFits, candidates, takenOver, estimatedSeconds, warnings } =
    plan;
  const own = partitions.filter(
    ({ decision: { kind } }) => kind === 'train' || kind === 'shrink',
  ).length;
  return (
    <div className="stack tight">
      <h3>The plan{isStale ? ', before your last change' : ''}</h3>
      <p className="small">
        {countedText(rows, 'row')} in {countedText(partitions.length, 'partition')};{' '}
        {countText(own)} with a model of their own. {countedText(candidates, 'candidate')} each make{' '}
        {countedText(fits, 'fit')}
        {knownFits === 0 ? '' : ` (${countText(knownFits)} already known)`}
        {estimatedSeconds === null ? '' : `, about ${roughDurationText(estimatedSeconds * 1000)}`}.
        {takenOver === undefined
          ? ''
          : ` Earlier runs lend ${countedText(takenOver.models, 'model')} of partitions, and the selected columns of ${countText(takenOver.selections)} more.`}
      </p>
      {warnings.map((warning) => (
        <p key={warning} className="notice warn small">
          {warning}
        </p>
      ))}
      <div
        className="scroll framed low"
        tabIndex={0}
        role="region"
        aria-label="Partitions of the plan"
      >
        <table>
          <thead>
            <tr>
              <th>partition</th>
              <th className="n">rows</th>
              <th>gets</th>
            </tr>
          </thead>
          <tbody>
            {partitions.slice(0, SHOWN).map((planned) => (
              <PlannedLine key={planned.partition} planned={planned} />
            ))}
          </tbody>
        </table>
      </div>
      {partitions.length > SHOWN ? (
        <p className="tiny soft">and {countText(partitions.length - SHOWN)} more</p>
      ) : null}
    </div>
  );
}

function PlannedLine({ planned }: { planned: Plan['partitions'][number] }) {
  const { key, partition, rows, decision } = planned;
  const held = heldText(planned);
  return (
    <tr>
      <th scope="row" className="name">
        {displayPartition(key, partition)}
        {held === '' ? null : <div className="tiny soft">{held}</div>}
      </th>
      <td className="n">{countText(rows)}</td>
      <td>
        {DECISIONS[decision.kind]}
        {decision.reason === undefined ? null : (
          <div className="tiny soft">{reasonText(decision.reason)}</div>
        )}
      </td>
    </tr>
  );
}

/** How its classes are balanced, and how much is missing: `stays 80 %, leaves 20 %; 2 % missing`. */
function heldText({ rows, classes, missing }: Plan['partitions'][number]): string {
  const balance = classes.map((one) => `${one.label} ${percentText(one.rows / Math.max(1, rows))}`);
  const parts = [balance.join(', '), missing === null || missing === 0 ? '' : missingText(missing)];
  // In a narrow column no % begins a line.
  return parts
    .filter((part) => part !== '')
    .join('; ')
    .replaceAll(' %', '\u00a0%');
}

function missingText(missing: number): string {
  return `${missing < 0.0005 ? 'under 0.1 %' : percentText(missing)} missing`;
}
