import { queryOptions, useQuery } from '@tanstack/react-query';
import { countedText } from '../../../report/number-text.ts';
import type { Quarantine } from '../api/answers.ts';
import { ask } from '../api/ask.ts';
import { question } from '../api/queries.ts';
import { AskingButton } from './asking-button.tsx';
import { momentText } from './moments.ts';

/** A digest, or a partition of an experiment. */
export type Asked = { readonly what: string; readonly experiment?: string };

/** How something is asked for that is in quarantine. */
export function askedOf({ subject }: Quarantine): Asked {
  return subject.kind === 'partition'
    ? { what: subject.text, experiment: subject.experiment }
    : { what: subject.digest };
}

/** All that is in quarantine, which is little: the pages of many things look for theirs in it. */
const STANDING = queryOptions({
  queryKey: ['GET /quarantines', 'all'] as const,
  queryFn: async ({ signal }) => {
    const found: Quarantine[] = [];
    let cursor: string | undefined;
    do {
      const page = await ask('GET /quarantines', { query: { limit: 500, cursor } }, { signal });
      found.push(...page.quarantines);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    return found;
  },
});

/** What is in quarantine now, by how it is asked for. */
export function useQuarantines(): (asked: Asked) => Quarantine | undefined {
  const { data } = useQuery(STANDING);
  return ({ what, experiment }) =>
    data?.find((one) => {
      const standing = askedOf(one);
      return standing.what === what && standing.experiment === experiment;
    });
}

export function useQuarantine(asked: Asked): Quarantine | undefined {
  return useQuarantines()(asked);
}

/** Says that a thing may not answer, since when and why; nothing where it may. */
export function QuarantineNotice({ asked }: { asked: Asked }) {
  const standing = useQuarantine(asked);
  if (standing === undefined) return null;
  return (
    <div className="notice bad">
      <p>
        In quarantine since {momentText(standing.at)}, by {standing.actor}:{' '}
        <span className="anywhere">{standing.reason}</span>
      </p>
      <div>
        <ReleaseButton asked={asked} />
      </div>
    </div>
  );
}

const CHANGES = [
  'GET /quarantines',
  'GET /quarantines/changes',
  'GET /models/{model}',
] as const satisfies Parameters<typeof AskingButton>[0]['changes'];

/** Keeps models from answering, after a look at what that reaches. */
export function QuarantineButton({
  asked,
  what,
  ...button
}: {
  asked: Asked;
  /** What is not used any more, as the beginning of a sentence. */
  what: string;
  label?: string;
  name?: string;
  className?: string;
}) {
  return (
    <AskingButton
      label="Put into quarantine"
      {...button}
      title="Put it into quarantine?"
      act="Put into quarantine"
      hint="Told with every row that is answered otherwise."
      isWhyRequired
      change={(reason = '') => ask('POST /quarantines', { body: { ...asked, reason } })}
      changes={CHANGES}
    >
      <p>
        {what} is not used for an answer any more, until it is released; nothing is deleted.
        <Reach asked={asked} />
      </p>
    </AskingButton>
  );
}

export function ReleaseButton({
  asked,
  ...button
}: {
  asked: Asked;
  name?: string;
  className?: string;
}) {
  return (
    <AskingButton
      label="Release"
      {...button}
      title="Release it?"
      act="Release"
      hint="Kept in the audit trail."
      isWhyRequired
      change={(reason = '') => ask('POST /quarantines/release', { body: { ...asked, reason } })}
      changes={CHANGES}
    >
      <p>It may answer again.</p>
    </AskingButton>
  );
}

function Reach({ asked }: { asked: Asked }) {
  const impact = useQuery(question('GET /impact', { query: asked }));
  if (impact.data === undefined) return null;
  const { runs, models, answers } = impact.data.counts;
  return (
    <>
      {' '}
      It reached {countedText(models, 'model')} of {countedText(runs, 'run')}, which answer for{' '}
      {countedText(answers, 'partition')}.
    </>
  );
}
