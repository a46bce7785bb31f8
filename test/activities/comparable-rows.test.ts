import { describe, expect, it } from 'vitest';
import { incomparable, withoutComparison } from '../../activities/comparable-rows.ts';
import type { Decision } from '../../src/domain/run.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import type { SnapshotPartition } from '../../src/sources/snapshot.ts';
import type { Quarantine, Quarantined } from '../../src/stores/quarantine-store.ts';
import { snapshotOf } from '../stores/made-up-run.ts';
import { runRecord } from '../support/run-records.ts';

const BEFORE = snapshotOf(['a'], 'before');
const NOW = snapshotOf(['a'], 'now');
const [reference] = BEFORE.partitions as readonly [SnapshotPartition];
const [current] = NOW.partitions as readonly [SnapshotPartition];
const { snapshot } = runRecord();
if (snapshot === null) throw new Error('The made-up run has read its data.');
const { columns, source } = BEFORE;
const BASE = runRecord({ snapshot: { ...snapshot, digest: BEFORE.digest, columns, source } });

function quarantined(subject: Quarantined): readonly Quarantine[] {
  return [{ subject, actor: 'tester', reason: 'bad rows', at: '2026-11-26T12:00:00.000Z' }];
}

describe('the rows of an earlier run', () => {
  it('may stand for rows of the same source with the same columns', () => {
    expect(incomparable(BASE, NOW, [])).toBeNull();
  });

  it('may not for those of another source or with other columns, nor while they are in quarantine', () => {
    const elsewhere = { ...NOW, source: { ...source, location: 'table of another server' } };
    expect(incomparable(BASE, elsewhere, [])).toMatch(/read postgres table asset_activity, and/);
    expect(incomparable(BASE, { ...NOW, columns: [] }, [])).toMatch(/columns are not those/);
    const own = quarantined({ kind: 'snapshot', digest: BEFORE.digest });
    expect(incomparable(BASE, NOW, own)).toMatch(/snapshot of run .* is in quarantine$/);
    const other = quarantined({ kind: 'snapshot', digest: digestBytes('other') });
    expect(incomparable(BASE, NOW, other)).toBeNull();
  });
});

describe('a partition', () => {
  const standing = (
    pair: { readonly current: SnapshotPartition },
    decision: Decision['kind'],
    quarantines: readonly Quarantine[] = [],
    kept: readonly string[] = [],
  ) =>
    withoutComparison(
      { reference, ...pair },
      {
        experiment: BASE.experiment,
        quarantines,
        decisions: new Map([[reference.id, decision]]),
        keptFromQuarantine: new Set(kept),
      },
    );

  it('is steady with equal rows, and compared with others where it had a model', () => {
    expect(standing({ current: reference }, 'train')).toBe('steady');
    expect(standing({ current: reference }, 'skip')).toBe('steady');
    expect(standing({ current }, 'train')).toBeNull();
  });

  it.each(['global', 'skip', 'merge', 'shrink', 'fail'] as const)(
    'takes its new rows where it was decided to %s, however many rows it had',
    (decision) => {
      expect(standing({ current }, decision)).toBe('grown');
    },
  );

  it('takes its new rows while it, its earlier rows or the snapshot that those were kept from are in quarantine', () => {
    expect(standing({ current }, 'train', [], [reference.id])).toBe('quarantined');
    expect(standing({ current: reference }, 'train', [], [reference.id])).toBe('quarantined');
    const rows = quarantined({ kind: 'rows', digest: reference.digest });
    expect(standing({ current }, 'train', rows)).toBe('quarantined');
    const { text } = reference;
    const named = (experiment: string) => quarantined({ kind: 'partition', text, experiment });
    expect(standing({ current }, 'train', named(BASE.experiment))).toBe('quarantined');
    expect(standing({ current }, 'train', named('another'))).toBeNull();
  });
});
