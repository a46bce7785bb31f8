import { describe, expect, it } from 'vitest';
import { asJson } from '../../src/domain/json.ts';
import type { Frame } from '../../src/frame/frame.ts';
import { hashRows } from '../../src/frame/row-hash.ts';
import { builtInFunction } from '../../src/partition/map/built-in.ts';
import { partitionRows } from '../../src/partition/map/partition-rows.ts';
import { predictRows } from '../../src/partition/pipeline.ts';
import { loadPipeline } from '../../src/partition/pipeline-bytes.ts';
import { MAP_ARGS } from '../../src/spec/map.ts';
import { frameOf, numbers, texts } from '../features/frames.ts';
import { seededDraws } from '../support/draws.ts';
import { machineSpec, partitionData, run } from '../support/machines.ts';

const ROWS = 300;
const draws = seededDraws(5);
/** Every fifteenth row is far from a line on which the others lie. */
const frame: Frame = (() => {
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const isStrange = i % 15 === 7;
    const x = draws.normal();
    const y = isStrange ? 4 + draws.uniform() : x + 0.2 * draws.normal();
    return { x, y, status: isStrange ? 'broken' : 'fine', id: `r${i}` };
  });
  return frameOf(
    texts(
      'type',
      rows.map(() => 'car'),
    ),
    texts(
      'id',
      rows.map(({ id }) => id),
    ),
    texts(
      'status',
      rows.map(({ status }) => status),
    ),
    numbers(
      'x',
      rows.map(({ x }) => x),
    ),
    numbers(
      'y',
      rows.map(({ y }) => y),
    ),
  );
})();

describe('anomalies with labels', () => {
  const spec = machineSpec({
    target: { column: 'status', task: 'anomaly', positive: 'broken' },
    columns: { id: 'id' },
    algorithms: [{ isolation_forest: { contamination: 0.07 } }],
  });
  const args = { spec, task: spec.target.task, classes: ['broken', 'fine'] };
  const data = partitionData(frame, spec);
  const trained = run('train', data, { ...args, scope: 'own' });

  it('are found by a forest that never saw a label, and measured against them', () => {
    expect(trained.facts.candidates[0]?.cv.value).toBeGreaterThan(0.95);
    const renamed: Frame = {
      ...frame,
      columns: frame.columns.map((column) =>
        column.name === 'status' && column.kind === 'category'
          ? { ...column, codes: column.codes.map((code) => 1 - code) }
          : column,
      ),
    };
    const turned = run(
      'train',
      { ...data, frame: renamed, rowHashes: hashRows(renamed) },
      { ...args, scope: 'own' },
    );
    expect(turned.facts.model?.digest).toBe(trained.facts.model?.digest);
  });

  it('are called so above the threshold that the asked share of rows lies above', () => {
    const pipeline = loadPipeline(trained.blobs.get('model') as Uint8Array);
    const output = predictRows(pipeline, frame, [{ start: 0, count: ROWS }]);
    const called = Array.from({ length: ROWS }, (_, i) => (output[2 * i] as number) > 0.5);
    expect(called.filter(Boolean).length).toBeGreaterThan(15);
    expect(called.filter(Boolean).length).toBeLessThan(28);
  });
});

describe('anomalies without labels', () => {
  it('are rows of `partita map`: a score for every row, and whether it is beyond the rest', () => {
    const data = partitionData(
      frame,
      machineSpec({ columns: { id: 'id' }, target: { column: 'status', task: 'classification' } }),
    );
    const partition = partitionRows(data, { key: { type: 'car' }, time: null });
    const asked = asJson(MAP_ARGS.isolation_forest.parse({ contamination: 0.07, id: 'id' }));
    const rows = [...builtInFunction('isolation_forest').apply(partition, asked)];
    expect(rows).toHaveLength(ROWS);
    expect(rows.filter((row) => row['is_anomaly'] === true)).toHaveLength(21);
    expect(rows[7]).toMatchObject({ row: 7, id: 'r7' });
    const again = [...builtInFunction('isolation_forest').apply(partition, asked)];
    expect(again).toEqual(rows);
  });

  it('a cluster is named for every row, too', () => {
    const data = partitionData(
      frame,
      machineSpec({ columns: { id: 'id' }, target: { column: 'status', task: 'classification' } }),
    );
    const partition = partitionRows(data, { key: { type: 'car' }, time: null });
    const rows = [
      ...builtInFunction('k_means').apply(
        partition,
        asJson(MAP_ARGS.k_means.parse({ clusters: 2 })),
      ),
    ];
    expect(new Set(rows.map((row) => row['cluster']))).toEqual(new Set([0, 1]));
    expect(rows.every((row) => row['id'] === null)).toBe(true);
  });
});

describe('a model of principal components', () => {
  it('predicts the same after its bytes were loaded, by few numbers', () => {
    const spec = machineSpec({
      columns: { id: 'id' },
      algorithms: ['logistic', 'decision_tree'],
      features: { handle: { pca: 1 } },
    });
    const data = partitionData(frame, spec);
    const args = { spec, task: spec.target.task, classes: ['broken', 'fine'] };
    const trained = run('train', data, { ...args, scope: 'own' });
    expect(trained.facts.model?.features).toEqual(['pca_1']);
    const bytes = trained.blobs.get('model') as Uint8Array;
    const output = predictRows(loadPipeline(bytes), frame, [{ start: 0, count: ROWS }]);
    expect(output.every(Number.isFinite)).toBe(true);
    expect(run('train', data, { ...args, scope: 'own' }).blobs.get('model')).toEqual(bytes);
  });
});
