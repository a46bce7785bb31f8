import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { isTerminal } from '../../../../domain/run.ts';
import { countedText, countText, numberText } from '../../../../report/number-text.ts';
import type { PartitionCell, RunDetail, RunState } from '../../api/answers.ts';
import { partitionCells } from '../../api/queries.ts';
import { Section } from '../../parts/page.tsx';
import { AnswerTag } from '../../parts/pill.tsx';
import { ProblemNotice } from '../../parts/states.tsx';
import {
  COLOURING_WORDS,
  COLOURINGS,
  type Colouring,
  type Palette,
  paletteOf,
} from './cell-colour.ts';
import { PartitionFinder } from './partition-finder.tsx';
import { PartitionGrid } from './partition-grid.tsx';

/** Fewer partitions than this are shown with their names. */
const NAMED = 48;

/** All partitions at a glance, coloured by what one wants to know. */
export function PartitionOverview({ run, state }: { run: RunDetail; state: RunState }) {
  const { cells, isWhole, isOver, error } = useCells(run.runId, isTerminal(state.status));
  const [chosen, setChosen] = useState<Colouring | null>(null);
  const colouring = chosen ?? (isOver ? 'answer' : 'state');
  const palette = useMemo(() => paletteOf(cells, colouring, isOver), [cells, colouring, isOver]);
  const navigate = useNavigate();
  if (error !== null) return <ProblemNotice error={error} />;
  if (cells.length === 0) return null;
  const open = ({ partitionId }: PartitionCell) =>
    void navigate({
      to: '/runs/$run/partitions/$partition',
      params: { run: run.runId, partition: partitionId },
    });
  return (
    <Section
      title={
        isWhole
          ? countedText(cells.length, 'partition')
          : `${countText(cells.length)} partitions so far …`
      }
      aside={<Colourings chosen={colouring} onChoose={setChosen} />}
    >
      <ul className="legend" aria-label="What the colours mean">
        {palette.legend.map(({ colour, word }) => (
          <li key={word}>
            <i style={{ background: `var(${colour})` }} />
            {word}
          </li>
        ))}
      </ul>
      {cells.length <= NAMED ? (
        <Tiles cells={cells} palette={palette} run={run} isOver={isOver} />
      ) : (
        <>
          <PartitionGrid cells={cells} palette={palette} onOpen={open} />
          <PartitionFinder run={run.runId} />
        </>
      )}
    </Section>
  );
}

function Colourings({
  chosen,
  onChoose,
}: {
  chosen: Colouring;
  onChoose: (to: Colouring) => void;
}) {
  return (
    <label className="row small soft">
      Coloured by
      <select
        className="auto"
        value={chosen}
        onChange={({ target }) =>
          onChoose(COLOURINGS.find((colouring) => colouring === target.value) ?? 'state')
        }
      >
        {COLOURINGS.map((colouring) => (
          <option key={colouring} value={colouring}>
            {COLOURING_WORDS[colouring]}
          </option>
        ))}
      </select>
    </label>
  );
}

function Tiles({
  cells,
  palette,
  run,
  isOver,
}: {
  cells: readonly PartitionCell[];
  palette: Palette;
  run: RunDetail;
  isOver: boolean;
}) {
  return (
    <ul className="tiles">
      {cells.map((cell) => (
        <li key={cell.partitionId}>
          <Link
            to="/runs/$run/partitions/$partition"
            params={{ run: run.runId, partition: cell.partitionId }}
            className="tile"
          >
            <i style={{ background: `var(${palette.swatchOf(cell).colour})` }} />
            <b className="anywhere clamped">{cell.name}</b>
            <span className="tiny soft">{countedText(cell.rows, 'row')}</span>
            {cell.algorithm === null ? null : (
              <span className="tiny soft">
                {cell.algorithm} {numberText(cell.cv)}
              </span>
            )}
            <span className="tiny">
              {cell.state === 'waiting' ? (
                <span className="soft">{isOver ? 'not reached' : 'waiting'}</span>
              ) : cell.state === 'trained' && cell.verdict === null ? (
                <span className="soft">trained</span>
              ) : (
                <AnswerTag status={cell.state} verdict={cell.verdict} reason={cell.reason} />
              )}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** Every cell, page after page; `isOver` once they are what the run ended with. */
function useCells(run: string, hasEnded: boolean) {
  const query = useInfiniteQuery(partitionCells(run, hasEnded));
  const { hasNextPage, isFetching, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const cells = useMemo(
    () => query.data?.pages.flatMap(({ partitions }) => partitions) ?? [],
    [query.data],
  );
  const isOver = hasEnded && !query.isPlaceholderData;
  return { cells, isWhole: !hasNextPage, isOver, error: query.error };
}
