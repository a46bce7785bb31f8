import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Alias } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { momentText } from '../../parts/moments.ts';
import { NextPage } from '../../parts/next-page.tsx';
import { PageHead } from '../../parts/page.tsx';
import { Answered, Empty } from '../../parts/states.tsx';
import { AliasHistory } from './alias-history.tsx';
import { RollBack } from './roll-back.tsx';

const NAMES = infiniteQueryOptions({
  queryKey: ['GET /aliases', 'pages'] as const,
  queryFn: ({ pageParam, signal }) =>
    ask('GET /aliases', { query: pageParam === null ? {} : { cursor: pageParam } }, { signal }),
  initialPageParam: null as string | null,
  getNextPageParam: ({ next }) => next,
});

/** Which run answers to which name, since when and why; each name's past, and the way back. */
export function InUsePage() {
  const aliases = useInfiniteQuery(NAMES);
  return (
    <>
      <PageHead title="In use">
        <p className="soft">
          A name stands for the models of one run: whoever predicts with the name gets them, and
          does not need to know when another run takes over.
        </p>
      </PageHead>
      <Answered query={aliases} wait="the names">
        {({ pages }) =>
          pages[0]?.aliases.length === 0 ? (
            <Empty title="Nothing is in use yet">
              <p>
                Open the report of a run and choose “Put into use”: its models answer to a name from
                then on.
              </p>
            </Empty>
          ) : (
            <div className="stack">
              {pages
                .flatMap((page) => page.aliases)
                .map((alias) => (
                  <NameInUse key={`${alias.experiment} ${alias.alias}`} alias={alias} />
                ))}
              <NextPage query={aliases} label="More names" />
            </div>
          )
        }
      </Answered>
    </>
  );
}

function NameInUse({ alias }: { alias: Alias }) {
  const { experiment, alias: name, runId, actor, reason, at } = alias;
  return (
    <section className="card" aria-label={`${experiment}@${name}`}>
      <div className="row between">
        <h2 className="anywhere">{`${experiment}@${name}`}</h2>
        <RollBack name={alias} />
      </div>
      <dl className="facts">
        <dt>run</dt>
        <dd>
          <Link to="/runs/$run/report" params={{ run: runId }} className="mono">
            {runId}
          </Link>
        </dd>
        <dt>since</dt>
        <dd>
          {momentText(at)}, by {actor}
        </dd>
        {reason === null ? null : (
          <>
            <dt>because</dt>
            <dd className="anywhere">{reason}</dd>
          </>
        )}
      </dl>
      <AliasHistory experiment={experiment} alias={name} />
    </section>
  );
}
