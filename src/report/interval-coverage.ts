import type { IntervalCoverage } from '../domain/result.ts';
import type { Band } from '../partition/evaluate-facts.ts';
import { answerOf } from './answer.ts';
import type { PartitionRow, ReportFacts } from './facts.ts';
import { countedText, countText, numberText, percentText } from './number-text.ts';

/** What a result says of intervals. */
export function coverageOf({ level, reach, holdout: { rows, covered } }: Band): IntervalCoverage {
  return { level, reach, coverage: rows === 0 ? null : covered / rows, rows };
}

/** How many standard errors below the level are more than chance: one correct run in a thousand is. */
const BEYOND_CHANCE = 3;

/** Of a whole run: whether fewer holdout rows lie within than chance would leave out. */
export function coverageWarnings(band: Band | undefined): readonly string[] {
  if (band === undefined || band.holdout.rows === 0) return [];
  const { level, rows, holdout } = band;
  // The widths come from rows as well, and have their own chance.
  const error = Math.sqrt(level * (1 - level) * (1 / holdout.rows + 1 / Math.max(1, rows)));
  const share = holdout.covered / holdout.rows;
  if (share >= level - BEYOND_CHANCE * error) return [];
  return [
    `Intervals for ${percentText(level)} of the rows hold ${percentText(share)} of ${countedText(holdout.rows, 'holdout row')}: the rows of the holdout differ from those before.`,
  ];
}

/** `90 % intervals: 89.5 % of 400 holdout rows lie within`. */
export function coverageText(band: Band): string {
  const { coverage, rows, level } = coverageOf(band);
  const found =
    coverage === null
      ? 'no holdout row has one'
      : `${percentText(coverage)} of ${countedText(rows, 'holdout row')} lie within`;
  return `${percentText(level)} intervals: ${found}`;
}

/** One line of the report's table of intervals, of whatever answers for a partition. */
export type IntervalLine = {
  readonly name: string;
  readonly who: string;
  /** `± 0.42`. */
  readonly reach: string;
  readonly calibrated: number;
  readonly coverage: string;
  readonly rows: number;
};

/** More are for a program to read, not for eyes. */
const DRAWN = 40;

/** The lines of the largest partitions, and what is said of the rest; empty where the spec asks for no intervals. */
export function intervalLines(facts: ReportFacts): {
  readonly lines: readonly IntervalLine[];
  /** Null: these are all. */
  readonly rest: string | null;
} {
  const { partitions, run } = facts;
  const known = linesOf(facts);
  const lines = known.slice(0, DRAWN);
  if (lines.length === known.length && partitions.shown.length === partitions.total)
    return { lines, rest: null };
  const shown = `${countText(lines.length)} of ${countedText(partitions.total, 'partition')}`;
  return {
    lines,
    rest: `${shown} are shown, those with the most rows; partita runs show ${run.runId} --json has the rest.`,
  };
}

function linesOf({ partitions: { shown }, global }: ReportFacts): readonly IntervalLine[] {
  return shown.flatMap((row) => {
    const { who } = answerOf(row);
    const band = servedBand(row, who);
    if (band === undefined) return [];
    const { coverage, rows } = coverageOf(band);
    // Where a partition has too few rows, the global model's errors on all rows stand in.
    const everywhere = who === 'parent' ? null : (global?.scores?.band?.reach ?? null);
    const reach = band.reach ?? everywhere;
    return [
      {
        name: row.name,
        who,
        reach: reach === null ? 'too few rows' : `± ${numberText(reach)}`,
        calibrated: band.rows,
        coverage: coverage === null ? '–' : percentText(coverage),
        rows,
      },
    ];
  });
}

function servedBand(row: PartitionRow, who: string): Band | undefined {
  if (who === 'own') return row.own?.band;
  if (who === 'parent') return row.parent?.scores.band;
  if (who === 'blend') return row.blend?.scores?.band;
  return who === 'global' ? row.global?.band : undefined;
}
