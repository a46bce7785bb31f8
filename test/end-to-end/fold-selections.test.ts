import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/domain/result.ts';
import type { RunPlan } from '../../src/operations/outlook.ts';
import type { Reproduction } from '../../src/operations/reproduction.ts';
import type { AuditVerdict } from '../../src/stores/audit-store.ts';
import type { ModelLineage } from '../../src/stores/lineage-store.ts';
import { seededDraws } from '../support/draws.ts';
import { csvOf, Partita, type SpecWishes } from '../support/partita.ts';

/** Columns are selected once for each partition's rows, whatever is trained on them: one stack, a few small runs. */
const partita = new Partita();
afterAll(() => partita.stop(), 120_000);

const PARTITIONS = 6;
const ALL = [...Array.from({ length: PARTITIONS }, (_, k) => `k=k${k}`), '(all)'];
const CHANGED = 'k2';

function tableOf(isChanged: (name: string) => boolean): string {
  const rows = Array.from({ length: PARTITIONS }, (_, k) => {
    const name = `k${k}`;
    const draws = seededDraws(isChanged(name) ? 100 + k : k);
    return Array.from({ length: 60 }, () => {
      const [a, b, c, d] = [draws.normal(), draws.normal(), draws.normal(), draws.normal()];
      return { k: name, a, b, c, d, y: a + b * (k % 3) > 0.2 * draws.normal() ? 'up' : 'down' };
    });
  });
  return csvOf(rows.flat());
}

const wishes = (changes: Partial<SpecWishes>): SpecWishes => ({
  name: 'selections',
  data: { source: { kind: 'csv', path: 'table.csv' } },
  partition: { by: 'k' },
  target: { column: 'y', task: 'classification' },
  features: { select: { method: 'mutual_information', keep: 2 } },
  ...changes,
});

const modelsOf = ({ partitions, global }: RunResult) => [
  ...partitions.map(({ own, cv, holdout, verdict }) => [own?.model, cv, holdout, verdict]),
  global?.model,
];

/** Partition → the run that selected its columns, or null where this one did. */
async function selections(runId: string): Promise<{ readonly [partition: string]: unknown }> {
  const rows = await partita.query(
    `select part.text, fold_selection.origin_run_id as origin from fold_selection
     join run_partition part using (run_id, partition_id) where run_id = $1`,
    [runId],
  );
  return Object.fromEntries(rows.map(({ text, origin }) => [text, origin]));
}

const by = (runId: string | null, changed: readonly string[] = []) =>
  Object.fromEntries(ALL.map((text) => [text, changed.includes(text) ? null : runId]));

let first: RunResult;
/** Of other algorithms, tuned. */
let second: RunResult;

beforeAll(async () => {
  partita.write(
    'table.csv',
    tableOf(() => false),
  );
  const spec = partita.writeSpec(wishes({ algorithms: ['logistic'] }));
  ({ result: first } = await partita.runReusing(spec));
  const other = partita.writeSpec(
    wishes({
      algorithms: ['decision_tree', { random_forest: { trees: 8 } }],
      tune: { method: 'random', trials: 3 },
    }),
  );
  ({ result: second } = await partita.runReusing(other));
}, 240_000);

describe('a run of which the algorithms alone have changed', () => {
  it('selects nothing: it takes the columns of every partition, and says from where', async () => {
    expect(await selections(first.runId)).toEqual(by(null));
    expect(await selections(second.runId)).toEqual(by(first.runId));
    expect(second.counts).toMatchObject({ trained: PARTITIONS, reused: 0 });
    for (const { selectionOrigin, origin } of second.partitions)
      expect([selectionOrigin, origin]).toEqual([first.runId, undefined]);
    expect(second.global?.selectionOrigin).toBe(first.runId);
  });

  it('has the models, scores and verdicts of one that selects everything', async () => {
    const again = await partita.json<Reproduction>('reproduce', second.runId);
    expect(again).toMatchObject({ isReproduced: true, partitions: PARTITIONS, cause: null });
    const alone = await partita.json<RunResult>('runs', 'show', again.runId ?? '');
    expect(await selections(alone.runId)).toEqual(by(null));
    expect(modelsOf(alone)).toEqual(modelsOf(second));
    for (const { selectionOrigin } of alone.partitions) expect(selectionOrigin).toBeUndefined();
  }, 240_000);

  it('is told of in the lineage of its models', async () => {
    const [{ own } = { own: null }] = second.partitions;
    const lineage = await partita.json<ModelLineage>('lineage', own?.model ?? '');
    const making = lineage.makings.find(({ runId }) => runId === second.runId);
    expect(making?.selection).toMatchObject({ method: 'mutual_information', origin: first.runId });
    const { stdout } = await partita.command('lineage', own?.model ?? '');
    expect(stdout).toContain(`selected by  run ${first.runId}`);
  }, 240_000);
});

describe('a plan', () => {
  it('tells what of it earlier runs have fitted, or selected', async () => {
    const known = partita.writeSpec(wishes({ algorithms: ['logistic'] }));
    const fitted = await partita.json<RunPlan>('plan', known);
    expect(fitted.takenOver).toEqual({ models: PARTITIONS, selections: 0 });
    // The model without partition is known, too.
    expect(fitted.estimatedSeconds).toBe(0);
    expect([fitted.knownFits, fitted.knownFits > 0]).toEqual([fitted.fits, true]);
    const others = partita.writeSpec(wishes({ algorithms: ['naive_bayes'] }));
    const selected = await partita.json<RunPlan>('plan', others);
    expect(selected.takenOver).toEqual({ models: 0, selections: PARTITIONS });
    expect(selected.estimatedSeconds).toBeGreaterThan(0);
    expect(selected.knownFits).toBe(0);
    const seed = partita.writeSpec(wishes({ algorithms: ['naive_bayes'], seed: 8 }));
    expect((await partita.json<RunPlan>('plan', seed)).takenOver).toBeUndefined();
  }, 240_000);
});

describe('a run of other algorithms on data of which a part has changed', () => {
  it('selects for what has changed, and for the model without partition', async () => {
    partita.write(
      'table.csv',
      tableOf((name) => name === CHANGED),
    );
    const spec = partita.writeSpec(wishes({ algorithms: ['naive_bayes'] }));
    const { result } = await partita.runReusing(spec);
    const changed = [`k=${CHANGED}`, '(all)'];
    expect(await selections(result.runId)).toEqual(by(first.runId, changed));
    const { result: retried } = await partita.runReusing(spec);
    expect(retried.counts).toMatchObject({ trained: 0, reused: PARTITIONS });
    const [own, theirs] = [await selections(retried.runId), by(first.runId)];
    expect(own).toEqual({ ...theirs, [`k=${CHANGED}`]: result.runId, '(all)': result.runId });
  }, 240_000);

  it('selects all anew where it is to select in another way', async () => {
    const select = { method: 'anova', keep: 2 } as const;
    const spec = partita.writeSpec(wishes({ algorithms: ['logistic'], features: { select } }));
    const { result } = await partita.runReusing(spec);
    expect(await selections(result.runId)).toEqual(by(null));
  }, 240_000);
});

describe('the record of what was selected', () => {
  it('can be neither changed nor taken away', async () => {
    for (const change of [
      'delete from fold_selection',
      `update fold_selection set document = '{}'`,
    ])
      await expect(partita.query(change, [])).rejects.toThrow(/fold_selection/);
  }, 240_000);

  it('is vouched for, and fits the rest', async () => {
    const verdict = await partita.json<AuditVerdict>('audit', 'verify');
    expect(verdict).toMatchObject({ findings: [], unvouched: 0 });
    const { code, stdout } = await partita.command('doctor', '--integrity');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^The record is sound: \d+ inv/)]);
  }, 240_000);
});
