import { useQuery } from '@tanstack/react-query';
import { countText } from '../../../../report/number-text.ts';
import type { Answer } from '../../api/answers.ts';
import { question } from '../../api/queries.ts';
import { shortDigest } from '../model/digest-text.ts';

type Line = Answer<'GET /snapshots/{snapshot}/partitions'>['partitions'][number];

/** The partitions of a version with their rows, and what each was in the version that it is compared with. */
export function PartitionLines({
  partitions,
  isCompared,
}: {
  partitions: readonly Line[];
  isCompared: boolean;
}) {
  const { data } = useQuery(question('GET /quarantines', {}));
  const held = new Set(
    data?.quarantines.flatMap(({ subject }) =>
      subject.kind === 'partition' ? [] : [subject.digest],
    ),
  );
  return (
    <div className="scroll framed" tabIndex={0} role="region" aria-label="Partitions">
      <table>
        <thead>
          <tr>
            <th>partition</th>
            <th className="n">rows</th>
            {isCompared ? <th>in the other version</th> : null}
            <th>digest of the rows</th>
          </tr>
        </thead>
        <tbody>
          {partitions.map((partition) => (
            <tr key={partition.partitionId}>
              <th scope="row" className="name">
                {partition.name}
              </th>
              <td className="n">{countText(partition.rows)}</td>
              {isCompared ? <td>{changeText(partition)}</td> : null}
              <td className="nowrap">
                <span className="mono">{shortDigest(partition.digest)}</span>
                {held.has(partition.digest) ? (
                  <span className="pill bad">in quarantine</span>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function changeText({ before, digest, rows }: Line): string {
  if (before === null) return 'not there';
  if (before.digest === digest) return 'the same rows';
  return before.rows === rows ? 'as many, but other rows' : `${countText(before.rows)} rows`;
}
