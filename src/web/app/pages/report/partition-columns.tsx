import { Link } from '@tanstack/react-router';
import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  sortFn_alphanumeric,
  sortFn_text,
  tableFeatures,
} from '@tanstack/react-table';
import { countedText, countText, numberText, signedText } from '../../../../report/number-text.ts';
import type { PartitionCell } from '../../api/answers.ts';
import { AnswerTag } from '../../parts/pill.tsx';

export const sorting = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric, text: sortFn_text },
});

const helper = createColumnHelper<typeof sorting, PartitionCell>();

/** A score to sort by: what has none stands last, whichever way. */
function scoreColumn(id: 'globalCv' | 'cv' | 'globalHoldout' | 'holdout', side: 'own' | 'global') {
  return helper.accessor((cell) => cell[id] ?? undefined, {
    id,
    header: side,
    sortUndefined: 'last',
    cell: ({ row }) => numberText(row.original[id]),
  });
}

/** The columns of the table of partitions of a run; each can be sorted by. */
export function partitionColumns(run: string, key: string) {
  return helper.columns([
    helper.accessor('name', {
      header: key,
      cell: ({ row: { original } }) => (
        <>
          <Link
            to="/runs/$run/partitions/$partition"
            params={{ run, partition: original.partitionId }}
            className="clamped"
          >
            {original.name}
          </Link>
          <span className="narrow-only small soft">
            {[countedText(original.rows, 'row'), original.algorithm ?? []].flat().join(' · ')}
          </span>
        </>
      ),
    }),
    helper.accessor('rows', {
      header: 'rows',
      cell: ({ row }) => countText(row.original.rows),
    }),
    helper.accessor(({ verdict, state }) => verdict ?? state, {
      id: 'answer',
      header: 'answered by',
      cell: ({ row: { original } }) =>
        original.state === 'waiting' ? (
          <span className="soft">not reached</span>
        ) : (
          <AnswerTag status={original.state} verdict={original.verdict} reason={original.reason} />
        ),
    }),
    helper.accessor((cell) => cell.algorithm ?? undefined, {
      id: 'algorithm',
      header: 'best own model',
      sortUndefined: 'last',
      cell: ({ row }) => row.original.algorithm ?? <span className="soft">none</span>,
    }),
    scoreColumn('globalCv', 'global'),
    scoreColumn('cv', 'own'),
    helper.accessor((cell) => cell.difference ?? undefined, {
      id: 'difference',
      header: 'own ahead by',
      sortUndefined: 'last',
      cell: ({ row: { original } }) => signedText(original.difference, original.cv),
    }),
    scoreColumn('globalHoldout', 'global'),
    scoreColumn('holdout', 'own'),
  ]);
}

/** Columns before the scores: text and counts. */
export const LEADING = 4;

/** How a cell of a column is set; where there is no room, the name tells what two of them do. */
export function classOf(column: string): string {
  if (column === 'name') return 'name';
  if (column === 'answer') return '';
  if (column === 'algorithm') return 'wide-only';
  return column === 'rows' ? 'n wide-only' : 'n';
}
