import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { question } from '../../api/queries.ts';
import { momentText } from '../../parts/moments.ts';
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
        <div className="scroll" tabIndex={0} role="region" aria-label="What it stood for">
          <table>
            <thead>
              <tr>
                <th>when</th>
                <th>who</th>
                <th>did</th>
                <th>run</th>
                <th>because</th>
              </tr>
            </thead>
            <tbody>
              {changes.map(({ at, actor, kind, runId, reason }) => (
                <tr key={`${at} ${runId} ${kind}`}>
                  <td className="nowrap">{momentText(at)}</td>
                  <td>{actor}</td>
                  <td>{kind === 'promote' ? 'put into use' : 'given back'}</td>
                  <td className="mono nowrap">
                    <Link to="/runs/$run/report" params={{ run: runId }}>
                      {runId}
                    </Link>
                  </td>
                  <td className="name">{reason ?? ''}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Answered>
  );
}
