import { resolve } from 'node:path';
import type { Command } from 'commander';
import { printable } from '../../domain/printable.ts';
import type { Services } from '../../operations/services.ts';
import { countedText } from '../../report/number-text.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { examples, JSON_OPTION, wholeNumber } from '../option-values.ts';

type Verdict = Awaited<ReturnType<Services['verifyAudit']>>;
type Event = Awaited<ReturnType<Services['audit']['list']>>[number];

/** `audit ls`, `audit verify`, `audit export`: who did what, and whether the record is as it was written. */
export function registerAudit(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const audit = program
    .command('audit')
    .description('who changed what, and whether it was touched');
  audit
    .command('ls')
    .description('the newest events first')
    .option('--limit <number>', 'how many', wholeNumber(1, 10_000), 20)
    .option(...JSON_OPTION)
    .action(async ({ limit, json }: { readonly limit: number; readonly json?: true }) => {
      const events = await (await context.services()).audit.list({ limit });
      if (json) return printJson(terminal, events);
      for (const event of events) terminal.data(`${eventLine(event)}\n`);
    });
  audit
    .command('verify')
    .description('recompute every hash of the trail, and of the rows that it vouches for')
    .option(
      '--checkpoint <file>',
      'a trail that `audit export` wrote: the record must begin with it',
    )
    .option(...JSON_OPTION)
    .addHelpText('after', examples('audit verify', 'audit verify --checkpoint trail.jsonl'))
    .action(async (options: { readonly checkpoint?: string; readonly json?: true }) => {
      const { checkpoint, json } = options;
      const path =
        checkpoint === undefined ? undefined : resolve(context.workingFolder, checkpoint);
      const verdict = await (await context.services()).verifyAudit(path);
      if (json) printJson(terminal, verdict);
      else terminal.data(verdictText(verdict));
      context.exitWith(verdict.findings.length === 0 ? EXIT.ok : EXIT.mismatch);
    });
  audit
    .command('export')
    .description('write the trail to a file outside the database: a checkpoint for later')
    .requiredOption('--out <file>', 'one line of JSON per event')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('audit export --out trail.jsonl'))
    .action(async ({ out, json }: { readonly out: string; readonly json?: true }) => {
      const path = resolve(context.workingFolder, out);
      const head = await (await context.services()).exportAudit(path);
      if (json) return printJson(terminal, { out: path, ...head });
      terminal.say(`${countedText(head.seq, 'event')} in ${path}, ending with ${head.hash}`);
    });
}

function verdictText({ head, events, rows, unvouched, findings }: Verdict): string {
  const what = `${countedText(events, 'event')} that vouch for ${countedText(rows, 'row')}`;
  const old =
    unvouched === 0 ? '' : `\n${countedText(unvouched, 'run or step')} older than the chain.`;
  if (findings.length === 0)
    return `The record is as it was written: ${what}.${old}\nIt ends with event ${head.seq}, ${head.hash}\n`;
  const lines = findings.map(({ message }) => `  ${printable(message, 400)}\n`).join('');
  return `The record was touched (${what}):\n${lines}`;
}

function eventLine({ id, at, actor, action, target, reason }: Event): string {
  const what = Object.entries(target).map(([name, value]) => `${name}=${value}`);
  const why = reason === null ? '' : `  "${reason}"`;
  return printable(`${id}  ${at.slice(0, 19)}Z  ${actor}  ${action}  ${what.join(' ')}${why}`, 400);
}
