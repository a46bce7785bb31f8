import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { SCHEDULE_POLICIES, type SchedulePolicy } from '../../../../domain/schedule.ts';
import type { Asking } from '../../../contract/api.ts';
import type { RunDetail } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { AskingDialog } from '../../parts/asking-dialog.tsx';
import { Field, hintOf } from '../../parts/field.tsx';
import { POLICY_WORDS } from '../schedules/schedule-words.ts';

const HOUR_MS = 3_600_000;
const DAILY = 24 * HOUR_MS;
const EVERY = [
  { ms: HOUR_MS, label: 'every hour' },
  { ms: 6 * HOUR_MS, label: 'every 6 hours' },
  { ms: DAILY, label: 'every day' },
  { ms: 7 * DAILY, label: 'every week' },
] as const;

type Timing = Asking<'POST /schedules'>['body']['timing'];
/** Six in the morning, where this browser is. */
const AT_SIX: Timing = {
  kind: 'cron',
  cron: '0 6 * * *',
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
};

/** Begins a schedule of the run's experiment. */
export function RunRegularly({ run }: { run: RunDetail }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const navigate = useNavigate();
  const client = useQueryClient();
  const [name, setName] = useState(run.experiment);
  const [timing, setTiming] = useState<Timing>({ kind: 'every', ms: DAILY });
  const [policy, setPolicy] = useState<SchedulePolicy>('changed');
  const begin = useMutation({
    mutationFn: () =>
      ask('POST /schedules', {
        body: { run: run.runId, name, policy, timing },
      }),
    onSuccess: async () => {
      dialog.current?.close();
      await client.invalidateQueries({ queryKey: ['GET /schedules'] });
      void navigate({ to: '/schedules' });
    },
  });
  return (
    <>
      <button type="button" className="button" onClick={() => dialog.current?.showModal()}>
        Run regularly
      </button>
      <AskingDialog
        dialog={dialog}
        title="Run this again and again?"
        act="Begin the schedule"
        leave="Leave it"
        isBusy={begin.isPending}
        problem={begin.error}
        onAct={() => begin.mutate()}
      >
        <p>The same experiment, each time on the rows that its source has then.</p>
        <Field id="schedule-name" label="Name">
          {(control) => (
            <input
              {...control}
              required
              pattern="[A-Za-z0-9][A-Za-z0-9._\-]{0,62}"
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        <TimingFields timing={timing} onChange={setTiming} />
        <Field id="schedule-policy" label="Fits again">
          {(control) => (
            <select
              {...control}
              value={policy}
              onChange={({ target }) => setPolicy(target.value as SchedulePolicy)}
            >
              {SCHEDULE_POLICIES.map((one) => (
                <option key={one} value={one}>
                  {POLICY_WORDS[one]}
                </option>
              ))}
            </select>
          )}
        </Field>
      </AskingDialog>
    </>
  );
}

function TimingFields({
  timing,
  onChange,
}: {
  timing: Timing;
  onChange: (timing: Timing) => void;
}) {
  return (
    <>
      <Field id="schedule-times" label="How often">
        {(control) => (
          <select
            {...control}
            value={timing.kind === 'every' ? timing.ms : timing.kind}
            onChange={({ target: { value } }) =>
              onChange(value === 'cron' ? AT_SIX : { kind: 'every', ms: Number(value) })
            }
          >
            {EVERY.map(({ ms, label }) => (
              <option key={ms} value={ms}>
                {label}
              </option>
            ))}
            <option value="cron">at times of the calendar</option>
          </select>
        )}
      </Field>
      {timing.kind === 'every' ? null : (
        <div className="form">
          <Field
            id="schedule-cron"
            label="At"
            hint={hintOf(
              'Minute, hour, day of month, month and day of week, such as `0 6 * * MON`.',
            )}
          >
            {(control) => (
              <input
                {...control}
                className="mono"
                required
                value={timing.cron}
                onChange={({ target }) => onChange({ ...timing, cron: target.value })}
              />
            )}
          </Field>
          <Field id="schedule-timezone" label="Of the clock in">
            {(control) => (
              <select
                {...control}
                value={timing.timezone}
                onChange={({ target }) => onChange({ ...timing, timezone: target.value })}
              >
                {timezonesWith(timing.timezone).map((zone) => (
                  <option key={zone}>{zone}</option>
                ))}
              </select>
            )}
          </Field>
        </div>
      )}
    </>
  );
}

function timezonesWith(zone = 'UTC'): readonly string[] {
  return [...new Set(['UTC', zone, ...Intl.supportedValuesOf('timeZone')])];
}
