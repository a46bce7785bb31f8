import { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { registerAdvise } from './commands/advise.ts';
import { registerAnnotations } from './commands/annotations.ts';
import { registerAttach } from './commands/attach.ts';
import { registerAudit } from './commands/audit.ts';
import { registerBackground } from './commands/background.ts';
import { registerCard } from './commands/card.ts';
import { registerControl } from './commands/control.ts';
import { registerDebug } from './commands/debug.ts';
import { registerDiff } from './commands/diff.ts';
import { registerDrift } from './commands/drift.ts';
import { registerExample } from './commands/example.ts';
import { registerExport } from './commands/export.ts';
import { registerGc } from './commands/gc.ts';
import { registerInit } from './commands/init.ts';
import { registerLineage } from './commands/lineage.ts';
import { registerMap } from './commands/map.ts';
import { registerModelset } from './commands/modelset.ts';
import { registerPlan } from './commands/plan.ts';
import { registerPredict } from './commands/predict.ts';
import { registerPredictions } from './commands/predictions.ts';
import { registerQuarantine } from './commands/quarantine.ts';
import { registerRegistry } from './commands/registry.ts';
import { registerReport } from './commands/report.ts';
import { registerReproduce } from './commands/reproduce.ts';
import { registerRetry } from './commands/retry.ts';
import { registerRun } from './commands/run.ts';
import { registerStatus } from './commands/run-status.ts';
import { registerRuns } from './commands/runs.ts';
import { registerSchedule } from './commands/schedule.ts';
import { registerServe } from './commands/serve.ts';
import { registerSpark } from './commands/spark.ts';
import { registerToken } from './commands/token.ts';
import { registerValidate } from './commands/validate.ts';
import { examples } from './option-values.ts';

/** In the order of `--help`: the way a person goes. */
const COMMANDS = [
  registerInit,
  registerExample,
  registerValidate,
  registerAdvise,
  registerPlan,
  registerRun,
  registerAttach,
  registerStatus,
  registerControl,
  registerRetry,
  registerSchedule,
  registerRuns,
  registerDiff,
  registerReproduce,
  registerReport,
  registerRegistry,
  registerPredict,
  registerPredictions,
  registerDrift,
  registerLineage,
  registerCard,
  registerQuarantine,
  registerAnnotations,
  registerAudit,
  registerGc,
  registerExport,
  registerModelset,
  registerMap,
  registerDebug,
  registerServe,
  registerToken,
  registerSpark,
  registerBackground,
] as const;

/** The command line as commander knows it; it ends no process and writes only to the terminal it is given. */
export function createProgram(context: CommandContext): Command {
  const { terminal, version } = context;
  const program = new Command('partita')
    .description('One model for every partition of a table, and one without partition.')
    .version(version, '-V, --version', 'print the version')
    .option('--verbose', 'show where an error came from')
    .option('--no-color', 'no colours (as does the variable NO_COLOR)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.data(text),
      writeErr: (text) => terminal.say(text.trimEnd()),
    })
    .addHelpText('after', examples('init', 'run', 'report RUN --out report.html'));
  for (const register of COMMANDS) register(program, context);
  return program;
}
