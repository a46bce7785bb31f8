import { countText } from '../../../../report/number-text.ts';
import type { Answer } from '../../api/answers.ts';
import { Listed, type ListedColumn } from '../../parts/listed.tsx';
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
  const isHeld = ({ digest }: Line) => standing({ what: digest }) !== undefined;
  const before: ListedColumn<Line> = {
    head: 'in the other version',
    label: 'before',
    of: changeText,
  };
  const columns: readonly ListedColumn<Line>[] = [
    { head: 'partition', isName: true, className: 'name', of: ({ name }) => name },
    { head: 'rows', isNumber: true, of: ({ rows }) => countText(rows) },
    ...(isCompared ? [before] : []),
    {
      head: 'digest of the rows',
      label: 'digest',
      className: 'nowrap',
      of: (line) => (
        <>
          <span className="mono">{shortDigest(line.digest)}</span>
          {isHeld(line) ? <span className="pill bad">in quarantine</span> : null}
        </>
      ),
    },
    {
      head: 'quarantine',
      isAction: true,
      of: (line) => <RowsButton partition={line} isHeld={isHeld(line)} />,
    },
  ];
  return (
    <Listed
      label="Partitions"
      entries={partitions}
      columns={columns}
      keyOf={({ partitionId }) => partitionId}
      frame="framed"
    />
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
