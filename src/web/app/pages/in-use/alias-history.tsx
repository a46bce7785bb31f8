import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { question } from '../../api/queries.ts';
import { ChangeTable } from '../../parts/change-table.tsx';
import { Answered } from '../../parts/states.tsx';

/** What a name stood for, the newest first; asked for when it is opened. */
export function AliasHistory(params: { experiment: string; alias: string }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>What it stood for</summary>
      {isOpen ? <History {...params} /> : null}
    </details>
  );
}

function History({ experiment, alias }: { experiment: string; alias: string }) {
  const params = { experiment, alias };
  const history = useQuery(question('GET /experiments/{experiment}/aliases/{alias}', { params }));
  return (
    <Answered query={history} wait="its history">
      {({ history: changes }) => (
        <ChangeTable
          label="What it stood for"
          what="run"
          changes={changes.map(({ at, actor, kind, runId, reason }) => ({
            key: `${at} ${runId} ${kind}`,
            at,
            actor,
            did: kind === 'promote' ? 'put into use' : 'given back',
            what: (
              <Link to="/runs/$run/report" params={{ run: runId }} className="mono nowrap">
                {runId}
              </Link>
            ),
            reason,
          }))}
        />
      )}
    </Answered>
  );
}
