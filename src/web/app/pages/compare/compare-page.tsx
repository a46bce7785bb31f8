import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { isLowerBetter } from '../../../../domain/metric.ts';
import { displayPartition } from '../../../../domain/partition.ts';
import { answerText } from '../../../../report/answer.ts';
import { metricName } from '../../../../report/metric-words.ts';
import { countText, numberText, signedText } from '../../../../report/number-text.ts';
import type { RunDetail, RunResult } from '../../api/answers.ts';
import { question } from '../../api/queries.ts';
import { momentText } from '../../parts/moments.ts';
import { PageHead, Section } from '../../parts/page.tsx';
import { Answered } from '../../parts/states.tsx';
import { differencesOf } from './spec-differences.ts';

/** More lines than this would not be read. */
const SHOWN = 200;

/** Two runs side by side: what was asked differently, and what came out of it. */
export function ComparePage() {
  const { a, b } = useSearch({ from: '/compare' });
  const first = useQuery(question('GET /runs/{run}', { params: { run: a } }));
  const second = useQuery(question('GET /runs/{run}', { params: { run: b } }));
  const firstResult = useQuery(question('GET /runs/{run}/result', { params: { run: a } }));
  const secondResult = useQuery(question('GET /runs/{run}/result', { params: { run: b } }));
  return (
    <Answered query={first} wait="the first run">
      {(before) => (
        <Answered query={second} wait="the second run">
          {(after) => (
            <>
              <Head before={before} after={after} />
              <Changes before={before} after={after} />
              <Answered query={firstResult} wait="the first result">
                {(from) => (
                  <Answered query={secondResult} wait="the second result">
                    {(to) => <Scores from={from} to={to} />}
                  </Answered>
                )}
              </Answered>
            </>
          )}
        </Answered>
      )}
    </Answered>
  );
}

function Head({ before, after }: { before: RunDetail; after: RunDetail }) {
  return (
    <PageHead title="Two runs" crumbs={<Link to="/">Runs</Link>}>
      <p className="soft">
        A: <RunLink run={before} />
        <br />
        B: <RunLink run={after} />
      </p>
    </PageHead>
  );
}

function RunLink({ run }: { run: RunDetail }) {
  return (
    <Link to="/runs/$run/report" params={{ run: run.runId }}>
      {run.experiment}, {momentText(run.createdAt)}
    </Link>
  );
}

function Changes({ before, after }: { before: RunDetail; after: RunDetail }) {
  const changes = differencesOf(before, after);
  return (
    <Section title="What is different">
      {changes.length === 0 ? (
        <p>
          Nothing: the same rows and the same spec. Equal code then gives equal models, byte for
          byte.
        </p>
      ) : (
        <div className="scroll" tabIndex={0} role="region" aria-label="What is different">
          <table>
            <thead>
              <tr>
                <th>field</th>
                <th>A</th>
                <th>B</th>
              </tr>
            </thead>
            <tbody>
              {changes.map(({ field, from, to }) => (
                <tr key={field}>
                  <th scope="row" className="name">
                    {field}
                  </th>
                  <td className="name">{from}</td>
                  <td className="name">{to}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

function Scores({ from, to }: { from: RunResult; to: RunResult }) {
  const isComparable = from.metric === to.metric;
  const before = new Map(from.partitions.map((row) => [row.partition, row]));
  const sign = isLowerBetter(to.metric) ? -1 : 1;
  const lines = to.partitions.map((row) => {
    const old = before.get(row.partition);
    const [a, b] = [old?.holdout ?? null, row.holdout];
    return { row, old, gain: a === null || b === null ? null : sign * (b - a) };
  });
  if (!isComparable)
    return (
      <p>
        The runs were judged by different metrics, {metricName(from.metric)} and{' '}
        {metricName(to.metric)}: their scores can't be compared.
      </p>
    );
  return (
    <Section
      title="What came out of it"
      note={`${metricName(to.metric)} of the own model on holdout rows; positive = B is better. Scores are on the same rows only where the rows and the split are the same.`}
    >
      <p className="small">
        All holdout rows, each by the model chosen for it: A{' '}
        {numberText(from.totals.served?.holdout)}, B {numberText(to.totals.served?.holdout)}.
      </p>
      <div
        className="scroll"
        tabIndex={0}
        role="region"
        aria-label="Scores of both runs by partition"
      >
        <table>
          <thead>
            <tr>
              <th>partition</th>
              <th className="n">rows in B</th>
              <th className="n">A</th>
              <th className="n">B</th>
              <th className="n">B better by</th>
              <th className="nowrap">answered in A by</th>
              <th className="nowrap">answered in B by</th>
            </tr>
          </thead>
          <tbody>
            {lines.slice(0, SHOWN).map(({ row, old, gain }) => (
              <tr key={row.partition}>
                <th scope="row" className="name">
                  <span className="clamped">{displayPartition(row.key, row.partition)}</span>
                </th>
                <td className="n">{countText(row.rows)}</td>
                <td className="n">{numberText(old?.holdout)}</td>
                <td className="n">{numberText(row.holdout)}</td>
                <td className="n">{signedText(gain, row.holdout ?? undefined)}</td>
                <td className="nowrap">{old === undefined ? 'not in A' : whoText(old)}</td>
                <td className="nowrap">{whoText(row)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {lines.length > SHOWN ? (
        <p className="small soft">
          The first {SHOWN} of {countText(lines.length)} partitions.
        </p>
      ) : null}
    </Section>
  );
}

function whoText(row: RunResult['partitions'][number]): string {
  return `${answerText({ status: row.status, verdict: row.verdict, reason: row.reason ?? null })}${row.algorithm === null ? '' : ` (${row.algorithm})`}`;
}
