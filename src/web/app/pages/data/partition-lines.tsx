import { countText } from '../../../../report/number-text.ts';
import type { Answer } from '../../api/answers.ts';
import { QuarantineButton, ReleaseButton, useQuarantines } from '../../parts/quarantine.tsx';
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
  const standing = useQuarantines();
  return (
    <div className="scroll framed" tabIndex={0} role="region" aria-label="Partitions">
      <table className="listed">
        <thead>
          <tr>
            <th>partition</th>
            <th className="n">rows</th>
            {isCompared ? <th>in the other version</th> : null}
            <th>digest of the rows</th>
            <th>
              <span className="visually-hidden">quarantine</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {partitions.map((partition) => (
            <tr key={partition.partitionId}>
              <th scope="row" className="name">
                {partition.name}
              </th>
              <td className="n" data-label="rows">
                {countText(partition.rows)}
              </td>
              {isCompared ? <td data-label="before">{changeText(partition)}</td> : null}
              <td className="nowrap" data-label="digest">
                <span className="mono">{shortDigest(partition.digest)}</span>
                {standing({ what: partition.digest }) === undefined ? null : (
                  <span className="pill bad">in quarantine</span>
                )}
              </td>
              <td className="n">
                <RowsButton
                  partition={partition}
                  isHeld={standing({ what: partition.digest }) !== undefined}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Holds back every model of these rows, or lets it answer again. */
function RowsButton({ partition: { digest, name }, isHeld }: { partition: Line; isHeld: boolean }) {
  const asked = { what: digest };
  const className = 'button quiet in-row';
  return isHeld ? (
    <ReleaseButton asked={asked} name={`Release the rows of ${name}`} className={className} />
  ) : (
    <QuarantineButton
      asked={asked}
      what={`Every model that these rows of ${name} made`}
      label="Quarantine"
      name={`Put the rows of ${name} into quarantine`}
      className={className}
    />
  );
}

function changeText({ before, digest, rows }: Line): string {
  if (before === null) return 'not there';
  if (before.digest === digest) return 'the same rows';
  return before.rows === rows ? 'as many, but other rows' : `${countText(before.rows)} rows`;
}
