import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { SCHEDULE_POLICIES, type SchedulePolicy } from '../../../../domain/schedule.ts';
import type { RunDetail } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { AskingDialog } from '../../parts/asking-dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { specAsWritten } from '../builder/spec-as-written.ts';
import { POLICY_WORDS } from '../schedules/schedule-words.ts';

const HOUR_MS = 3_600_000;
const TIMES = [
  { ms: HOUR_MS, label: 'every hour' },
  { ms: 6 * HOUR_MS, label: 'every 6 hours' },
  { ms: 24 * HOUR_MS, label: 'every day' },
  { ms: 7 * 24 * HOUR_MS, label: 'every week' },
] as const;
const DAILY = 24 * HOUR_MS;

/** Begins a schedule of the run's experiment. */
export function RunRegularly({ run }: { run: RunDetail }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const navigate = useNavigate();
  const client = useQueryClient();
  const [name, setName] = useState(run.experiment);
  const [ms, setMs] = useState<number>(DAILY);
  const [policy, setPolicy] = useState<SchedulePolicy>('changed');
  const begin = useMutation({
    mutationFn: () =>
      ask('POST /schedules', {
        body: { spec: specAsWritten(run.spec), name, policy, timing: { kind: 'every', ms } },
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
        <Field
          id="schedule-times"
          label="How often"
          hint="The command line takes any times: partita schedule create --cron."
        >
          {(control) => (
            <select {...control} value={ms} onChange={({ target }) => setMs(Number(target.value))}>
              {TIMES.map((time) => (
                <option key={time.ms} value={time.ms}>
                  {time.label}
                </option>
              ))}
            </select>
          )}
        </Field>
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
