import { Link } from '@tanstack/react-router';
import { countText, scoreText, signedText } from '../../../../report/number-text.ts';
import type { ReportFacts } from '../../api/answers.ts';
import { Section } from '../../parts/page.tsx';
import { AnswerTag } from '../../parts/pill.tsx';

/** The models between those of partitions and the one without partition, where they were asked for. */
export function ParentTable({ facts: { parents, spec } }: { facts: ReportFacts }) {
  if (parents === undefined) return null;
  const key = spec.partition.parents?.join(' / ') ?? '';
  return (
    <Section
      title={`Partitions taken together by ${key}`}
      note="A parent's model answers for its partitions where it is clearly better than the model without partition, unless their own are clearly better still."
      id="parents"
    >
      <div className="scroll framed" tabIndex={0} role="region" aria-label="Parents">
        <table>
          <thead>
            <tr>
              <th>{key}</th>
              <th className="n">rows</th>
              <th>answers</th>
              <th>best model</th>
              <th className="n">global, nested</th>
              <th className="n">parent, nested</th>
              <th className="n">parent ahead by</th>
            </tr>
          </thead>
          <tbody>
            {parents.map((row) => (
              <tr key={row.name}>
                <td className="name">{row.name}</td>
                <td className="n">{countText(row.rows)}</td>
                <td>
                  <AnswerTag {...row} />
                </td>
                <td>
                  {row.ownModel === null ? (
                    <span className="soft">none</span>
                  ) : (
                    <Link to="/models/$model" params={{ model: row.ownModel }}>
                      {row.algorithm}
                    </Link>
                  )}
                </td>
                <td className="n">{scoreText(row.global?.nested)}</td>
                <td className="n">{scoreText(row.own?.nested)}</td>
                <td className="n">{signedText(row.difference, row.own?.cv.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
