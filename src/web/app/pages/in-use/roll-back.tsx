import type { Alias } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { AskingButton } from '../../parts/asking-button.tsx';

/** Gives the name back to the run that had it before. */
export function RollBack({ name: { experiment, alias, etag } }: { name: Alias }) {
  return (
    <AskingButton
      label="Give back"
      title="Give the name back?"
      act="Give back"
      hint="Kept in the history of the name."
      change={(reason) =>
        ask(
          'POST /experiments/{experiment}/aliases/{alias}/rollback',
          { params: { experiment, alias }, body: { reason } },
          // What was shown is what is given back.
          { ifMatch: etag },
        )
      }
      changes={['GET /aliases', 'GET /experiments/{experiment}/aliases/{alias}']}
    >
      <p>
        <b className="anywhere">{`${experiment}@${alias}`}</b> stands for the run that had the name
        before; nothing is deleted.
      </p>
    </AskingButton>
  );
}
