import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError } from '../../client.ts';
import { isUnanswered } from '../api/ask.ts';

/** What went wrong, in the server's own sentence. */
export function ProblemNotice({ error, children }: { error: unknown; children?: ReactNode }) {
  const problems = error instanceof ApiError ? (error.problem.problems ?? []) : [];
  return (
    <div className="notice bad" role="alert">
      <p>{sentenceOf(error)}</p>
      {problems.length === 0 ? null : (
        <ul className="small">
          {problems.map((problem) => (
            <li key={`${problem.path.join('.')} ${problem.message}`}>
              <code>{problem.path.join('.')}</code> {problem.message}
            </li>
          ))}
        </ul>
      )}
      {children}
    </div>
  );
}

function sentenceOf(error: unknown): string {
  if (isUnanswered(error)) return 'The server does not answer. Is `partita serve` still running?';
  return error instanceof Error ? error.message : String(error);
}

/** Shows an answer when it is there; what is being waited for, or what went wrong, until then. */
export function Answered<Data>({
  query,
  wait,
  children,
}: {
  query: Pick<UseQueryResult<Data>, 'data' | 'error'>;
  /** What is being waited for: "the runs". */
  wait: string;
  children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error !== null) return <ProblemNotice error={query.error} />;
  return (
    <p className="soft" role="status">
      Reading {wait} …
    </p>
  );
}

/** Nothing is here yet: why, and what to do first. */
export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
