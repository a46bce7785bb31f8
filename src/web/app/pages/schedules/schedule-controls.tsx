import { ask } from '../../api/ask.ts';
import { AskingButton } from '../../parts/asking-button.tsx';

type Change = 'pause' | 'resume' | 'trigger' | 'delete';

const CHANGES: {
  readonly [change in Change]: { label: string; title: string; act: string; what: string };
} = {
  trigger: {
    label: 'Run now',
    title: 'Run it now?',
    act: 'Run now',
    what: 'It begins a run at once, beside its times.',
  },
  pause: {
    label: 'Pause',
    title: 'Pause it?',
    act: 'Pause it',
    what: 'It begins no more runs until it is resumed; what goes on is not stopped.',
  },
  resume: {
    label: 'Resume',
    title: 'Resume it?',
    act: 'Resume it',
    what: 'It runs at its times again.',
  },
  delete: {
    label: 'Delete',
    title: 'Delete the schedule?',
    act: 'Delete it',
    what: 'It begins no more runs. Those that it began stay, with their models.',
  },
};

/** What can be done with a schedule. */
export function ScheduleControls({ name, changes }: { name: string; changes: readonly Change[] }) {
  return (
    <div className="row">
      {changes.map((change) => {
        const { what, ...words } = CHANGES[change];
        return (
          <AskingButton
            key={change}
            {...words}
            hint="Kept in the audit trail."
            change={(reason) => askFor(change, name, reason)}
            changes={['GET /schedules', 'GET /schedules/{schedule}']}
          >
            <p>
              <b className="anywhere">{name}</b>: {what}
            </p>
          </AskingButton>
        );
      })}
    </div>
  );
}

function askFor(change: Change, schedule: string, reason: string | undefined): Promise<unknown> {
  const params = { schedule };
  const because = reason === undefined ? {} : { reason };
  return change === 'delete'
    ? ask('DELETE /schedules/{schedule}', { params, query: because })
    : ask(`POST /schedules/{schedule}/${change}`, { params, body: because });
}
