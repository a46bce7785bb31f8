import type { Command } from 'commander';
import { displayPartition } from '../../domain/partition.ts';
import { printable } from '../../domain/printable.ts';
import { isFitted } from '../../domain/run.ts';
import type { PlannedRow, RunPlan } from '../../operations/outlook.ts';
import { reasonText } from '../../report/answer.ts';
import { countedText, countText, roughDurationText } from '../../report/number-text.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { examples, JSON_OPTION } from '../option-values.ts';
import { readSpec } from '../read-spec.ts';

const MAX_ROWS = 30;
const BASIS_WORDS: { readonly [basis in RunPlan['estimateBasis']]: string } = {
  earlier_runs: 'by the times of earlier runs',
  cost_model:
    'by a model of the algorithms that tells minutes from hours, no more (no earlier run had such fits)',
  both: 'by the times of earlier runs and, for fits that they had not, a model that tells minutes from hours, no more',
};

export function registerPlan(program: Command, context: CommandContext): void {
  program
    .command('plan')
    .description('what a run would train, partition by partition; writes nothing')
    .argument('[spec]', 'YAML or JSON file (default: partita.yaml)')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('plan', 'plan sales.partita.yaml --json'))
    .action(async (file: string | undefined, options: { readonly json?: true }) => {
      const prepared = await readSpec(context, file);
      const plan = await (await context.services()).plan(prepared);
      if (options.json) printJson(context.terminal, plan);
      else context.terminal.data(planText(plan));
    });
}

function planText(plan: RunPlan): string {
  const shown = plan.partitions.slice(0, MAX_ROWS);
  const hidden = plan.partitions.length - shown.length;
  const time = roughDurationText(plan.estimatedSeconds * 1000);
  const trained = plan.partitions.filter(({ decision }) => isFitted(decision)).length;
  return [
    `${printable(plan.source)}: ${countedText(plan.rows, 'row')} in ${countedText(plan.partitions.length, 'partition')}`,
    ...shown.map(plannedLine),
    ...(hidden > 0 ? [`  … and ${countText(hidden)} more (all of them with --json)`] : []),
    ...(plan.parents === undefined
      ? []
      : [`${countedText(plan.parents, 'parent')} with a model for all partitions below.`]),
    `${countedText(trained, 'partition')} with a model of its own, ${countedText(plan.candidates, 'candidate')} each: ${countedText(plan.fits, 'fit')}${knownText(plan)}, cross-validation and the model without partition included.`,
    ...(plan.ensemble === undefined
      ? []
      : [
          `Of the best candidates, ${plan.ensemble} at most, a weighted average is one candidate more.`,
        ]),
    ...takenOverLines(plan),
    `About ${time} of training, ${BASIS_WORDS[plan.estimateBasis]}.`,
    ...plan.warnings.map((warning) => `warning: ${printable(warning)}`),
    '',
  ].join('\n');
}

function knownText({ knownFits }: RunPlan): string {
  return knownFits === 0 ? '' : ` (${countText(knownFits)} already known)`;
}

function takenOverLines({ takenOver }: RunPlan): readonly string[] {
  if (takenOver === undefined) return [];
  const { models, selections } = takenOver;
  return [
    ...(models === 0
      ? []
      : [
          `The model of ${countedText(models, 'partition')} is known: a run takes over what of it is still there to be read, unless it is told \`--no-reuse\`.`,
        ]),
    ...(selections === 0
      ? []
      : [
          `The columns of ${countedText(selections, 'partition')} are selected: a run takes them over, too.`,
        ]),
  ];
}

function plannedLine({ key, partition, rows, decision }: PlannedRow): string {
  const name = printable(displayPartition(key, partition), 40).padEnd(40);
  return `  ${name} ${countText(rows).padStart(11)}  ${decisionText(decision)}`;
}

function decisionText(decision: PlannedRow['decision']): string {
  switch (decision.kind) {
    case 'train':
      return 'train';
    case 'shrink':
      return `train, and blend with the global model (${reasonText(decision.reason)})`;
    case 'global':
      return `global model answers (${reasonText(decision.reason)})`;
    case 'skip':
      return `skip (${reasonText(decision.reason)})`;
    case 'fail':
      return `fails (${reasonText(decision.reason)})`;
    case 'merge':
      return `merge into ${printable(decision.into)} (${reasonText(decision.reason)})`;
  }
}
