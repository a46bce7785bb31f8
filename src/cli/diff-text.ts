import type { Json } from '../domain/json.ts';
import { printable } from '../domain/printable.ts';
import type { Services } from '../operations/services.ts';
import { countedText, countText, numberText } from '../report/number-text.ts';

type Comparison = Awaited<ReturnType<Services['diff']>>;
type Outcome = Comparison['outcomes'][number]['a'];

const SHOWN = 20;

/** Two runs side by side, for people: what changed, then what it did. */
export function diffText({ a, b, changed, partitions, outcomes, first }: Comparison): string {
  const causes = Object.entries(changed).flatMap(([what, fields]) =>
    Object.entries(fields).map(([field, [before, now]]) => {
      const name = field === what || what === 'data' ? field : `${what} ${field}`;
      return `  ${printable(name)}: ${valueText(before)} → ${valueText(now)}`;
    }),
  );
  const { both, onlyA, onlyB, changedRows, sameModel, otherVerdict } = partitions;
  return [
    `from run ${a}`,
    `to run   ${b}`,
    '',
    causes.length === 0 ? 'Nothing that the runs are made of has changed.' : 'What changed:',
    ...causes,
    '',
    `What it did: ${countedText(both, 'partition')} in both, ${countText(changedRows)} with other rows; ${countText(sameModel)} with the same model, ${countText(otherVerdict)} with another verdict.`,
    ...(onlyA + onlyB === 0 ? [] : [`Only in the first: ${onlyA}; only in the second: ${onlyB}.`]),
    ...outcomes
      .slice(0, SHOWN)
      .map((one) => `  ${printable(one.partition)}: ${outcomeText(one.a)} → ${outcomeText(one.b)}`),
    ...(outcomes.length > SHOWN ? ['  … more: add --json'] : []),
    ...(first === null
      ? ['Every step gave the same.']
      : [
          `The first step that gave something else: ${first.stage}, ${printable(first.partition ?? 'the whole run')}, ${first.what}.`,
        ]),
    '',
  ].join('\n');
}

function outcomeText(outcome: Outcome): string {
  if (outcome === null) return 'not there';
  const { status, verdict, algorithm, cv } = outcome;
  return [verdict ?? status ?? 'not reached', algorithm, numberText(cv)]
    .filter((part) => part !== null)
    .join(' ');
}

function valueText(value: Json): string {
  return printable(typeof value === 'string' ? value : JSON.stringify(value), 80);
}
