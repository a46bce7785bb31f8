import type { Command } from 'commander';
import { displayPartition } from '../../domain/partition.ts';
import { printable } from '../../domain/printable.ts';
import type { PlannedRow, RunPlan } from '../../operations/services.ts';
import { countText, durationText } from '../../report/number-text.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { examples, JSON_OPTION } from '../option-values.ts';
import { readSpec } from '../read-spec.ts';

const MAX_ROWS = 30;

export function registerPlan(program: Command, context: CommandContext): void {
  program
    .command('plan')
    .description('what a run would train, with an estimate; writes nothing')
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
  const time =
    plan.estimatedSeconds === null
      ? ''
      : `, about ${durationText(plan.estimatedSeconds * 1000)} of computing`;
  const trained = plan.partitions.filter(({ decision }) => decision.kind === 'train').length;
  return [
    `${plan.source}: ${countText(plan.rows)} rows in ${countText(plan.partitions.length)} partitions`,
    ...shown.map(plannedLine),
    ...(hidden > 0 ? [`  … and ${countText(hidden)} more (all of them with --json)`] : []),
    `${countText(trained)} partitions with models of their own, ${plan.candidates} candidates each: ${countText(plan.fits)} fits${time}.`,
    ...plan.warnings.map((warning) => `warning: ${printable(warning)}`),
    '',
  ].join('\n');
}

function plannedLine({ key, partition, rows, decision }: PlannedRow): string {
  const name = printable(displayPartition(key, partition), 40).padEnd(40);
  const reason = decision.kind === 'train' ? '' : ` (${decision.reason})`;
  const into = decision.kind === 'merge' ? ` into ${printable(decision.into)}` : '';
  return `  ${name} ${countText(rows).padStart(11)}  ${decision.kind}${into}${reason}`;
}
