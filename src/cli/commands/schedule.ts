import { type Command, InvalidArgumentError, Option } from 'commander';
import { Failure } from '../../domain/failure.ts';
import { printable } from '../../domain/printable.ts';
import { SCHEDULE_POLICIES, type SchedulePolicy, type Timing } from '../../domain/schedule.ts';
import { duration, durationMicros } from '../../spec/duration.ts';
import { timezoneName } from '../../spec/timezone.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { examples, JSON_OPTION } from '../option-values.ts';
import { readSpec } from '../read-spec.ts';
import { scheduleLine, scheduleText } from '../schedule-text.ts';

type CreateOptions = {
  readonly name?: string;
  readonly every?: number;
  readonly cron?: string;
  readonly timezone: string;
  readonly policy: SchedulePolicy;
  readonly catchUp: number;
  readonly reason?: string;
  readonly json?: true;
};
type Options = { readonly reason?: string; readonly json?: true };

/** `schedule create|ls|show|pause|resume|trigger|delete`: runs again and again, on data read anew. */
export function registerSchedule(program: Command, context: CommandContext): void {
  const schedule = program
    .command('schedule')
    .description('train again and again, on data read anew each time')
    .addHelpText(
      'after',
      examples(
        'schedule create sales.partita.yaml --every 1d',
        'schedule create --cron "0 6 * * MON" --policy all --name weekly',
        'schedule show weekly',
      ),
    );
  registerCreate(schedule, context);
  registerLooks(schedule, context);
  registerChanges(schedule, context);
}

function registerCreate(schedule: Command, context: CommandContext): void {
  schedule
    .command('create')
    .description('begin one; the same again changes nothing')
    .argument('[spec]', 'YAML or JSON file (default: partita.yaml)')
    .option('--name <name>', "its name (default: the experiment's)")
    .addOption(
      new Option('--every <time>', 'such as 6h, 1d or 1w')
        .argParser(milliseconds)
        .conflicts('cron'),
    )
    .option('--cron <expression>', 'minute, hour, day of month, month and day of week')
    .option('--timezone <zone>', 'that --cron is meant in', zone, 'UTC')
    .addOption(
      new Option('--policy <what>', 'fit everything again, what has changed, or what has drifted')
        .choices(SCHEDULE_POLICIES)
        .default('changed'),
    )
    .option(
      '--catch-up <time>',
      'how late a missed firing is made up for',
      milliseconds,
      86_400_000,
    )
    .option('--reason <text>', 'kept in the audit trail')
    .option(...JSON_OPTION)
    .action(async (file: string | undefined, options: CreateOptions) => {
      const prepared = await readSpec(context, file);
      const { schedules } = await context.services();
      const { policy, catchUp: catchUpMs, name = prepared.spec.name, reason } = options;
      const request = { ...prepared, name, policy, catchUpMs, timing: timingOf(options) };
      const made = await schedules.create(request, { reason });
      if (options.json) printJson(context.terminal, made);
      else context.terminal.say(scheduleLine(made));
    });
}

function registerLooks(schedule: Command, context: CommandContext): void {
  const { terminal } = context;
  schedule
    .command('ls')
    .description('every schedule, with its last and next firing')
    .option(...JSON_OPTION)
    .action(async ({ json }: Options) => {
      const { schedules } = await context.services();
      const list = await schedules.list();
      const unreadable = await schedules.unreadable();
      for (const name of unreadable)
        terminal.say(
          `Schedule ${printable(name, 80)} can't be read with PARTITA_PAYLOAD_KEY as it is set or unset now: set its key, or delete it and make it again.`,
        );
      if (json) return printJson(terminal, list);
      for (const one of list) terminal.data(`${scheduleLine(one)}\n`);
      if (list.length === 0 && unreadable.length === 0)
        terminal.say('There is no schedule. Make one: partita schedule create SPEC --every 1d');
    });
  schedule
    .command('show')
    .description('one schedule, and the runs that it began')
    .argument('<name>')
    .option(...JSON_OPTION)
    .action(async (name: string, { json }: Options) => {
      const found = await (await context.services()).schedules.show(name);
      if (json) printJson(terminal, found);
      else terminal.data(scheduleText(found));
    });
}

const CHANGES = {
  pause: 'let it fire no more, until it is resumed',
  resume: 'let it fire again',
  trigger: 'fire now, beside its times',
} as const;

function registerChanges(schedule: Command, context: CommandContext): void {
  const { terminal } = context;
  for (const change of Object.keys(CHANGES) as (keyof typeof CHANGES)[])
    schedule
      .command(change)
      .description(CHANGES[change])
      .argument('<name>')
      .option('--reason <text>', 'kept with it, and in the audit trail')
      .option(...JSON_OPTION)
      .action(async (name: string, { reason, json }: Options) => {
        const after = await (await context.services()).schedules[change](name, { reason });
        if (json) printJson(terminal, after);
        else terminal.say(scheduleLine(after));
      });
  schedule
    .command('delete')
    .description('end it; its runs stay')
    .argument('<name>')
    .option('--reason <text>', 'kept in the audit trail')
    .action(async (name: string, { reason }: Options) => {
      await (await context.services()).schedules.delete(name, { reason });
      terminal.say(`Schedule ${name} is gone; its runs stay.`);
    });
}

function timingOf({ every, cron, timezone }: CreateOptions): Timing {
  if (every !== undefined) return { kind: 'every', ms: every };
  if (cron !== undefined) return { kind: 'cron', cron, timezone };
  throw new Failure('usage', 'A schedule needs its times: --every 1d, or --cron "0 6 * * MON".');
}

function milliseconds(text: string): number {
  if (duration.safeParse(text).success) return durationMicros(text) / 1000;
  throw new InvalidArgumentError('Write a whole number and s, min, h, d or w, such as 6h.');
}

function zone(text: string): string {
  if (timezoneName.safeParse(text).success) return text;
  throw new InvalidArgumentError('Name a zone of the IANA database, such as Europe/Berlin.');
}
