import type { Command } from 'commander';
import { askedTask } from '../../domain/metric.ts';
import { countedText } from '../../report/number-text.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { examples, JSON_OPTION } from '../option-values.ts';
import { isMapSpec, readMapSpec, readSpec } from '../read-spec.ts';

export function registerValidate(program: Command, context: CommandContext): void {
  program
    .command('validate')
    .description('check a spec: every error at once, with its line; starts nothing')
    .argument('[spec]', 'YAML or JSON file (default: partita.yaml)')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('validate', 'validate sales.partita.yaml --json'))
    .action(async (file: string | undefined, options: { readonly json?: true }) => {
      if (await isMapSpec(context, file)) {
        const { spec, map } = await readMapSpec(context, file);
        const facts = { name: spec.name, function: map.function };
        if (options.json)
          return printJson(context.terminal, { valid: true, ...facts, warnings: [] });
        return context.terminal.data(
          `${spec.name} is valid: ${map.function} by ${spec.partition.by.join(', ')}. Next: partita map\n`,
        );
      }
      const { spec, digest, warnings } = await readSpec(context, file);
      const facts = { name: spec.name, digest, candidates: spec.candidates.length };
      if (options.json) return printJson(context.terminal, { valid: true, ...facts, warnings });
      context.terminal.data(
        `${spec.name} is valid: ${askedTask(spec)} of ${spec.target.column} by ${spec.partition.by.join(', ')}, ${spec.metric}, ${countedText(facts.candidates, 'candidate')}. Next: partita plan\n`,
      );
    });
}
