import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import type { PartitionRow, RunResult } from '../../src/domain/result.ts';
import { PARTITIONS, TABLE } from '../support/odd-partitions.ts';
import {
  type CsvRow,
  csvOf,
  Partita,
  type Row,
  readCsv,
  type SpecWishes,
} from '../support/partita.ts';

const partita = new Partita();
afterAll(() => partita.stop(), 120_000);

type Wishes = Partial<Omit<SpecWishes, 'data' | 'name'>> & { readonly name: string };

async function runSmall({ name, ...wishes }: Wishes) {
  partita.write('small.csv', csvOf(TABLE));
  const spec = partita.writeSpec({
    name,
    data: { source: { kind: 'csv', path: 'small.csv' } },
    partition: { by: 'kind' },
    target: { column: 'label', task: 'classification' },
    columns: { weight: 'w', drop: ['y'] },
    algorithms: ['baseline', 'logistic', 'decision_tree', { gradient_boosting: { rounds: 5 } }],
    ...wishes,
  });
  return partita.run(spec);
}

const rowOf = ({ partitions }: RunResult, kind: string): PartitionRow =>
  partitions.find(({ key }) => key['kind'] === kind) as PartitionRow;
const statuses = ({ partitions }: RunResult) =>
  Object.fromEntries(
    partitions.map(({ key, status, reason }) => [
      key['kind'],
      reason === undefined ? status : `${status}: ${reason}`,
    ]),
  );

/** Rows that the files of predictions hold for a partition and scope, per split. */
async function predictedRows({ runId }: RunResult): Promise<readonly CsvRow[]> {
  const [oof, holdout] = [
    await partita.predictions(runId, 'oof'),
    await partita.predictions(runId, 'holdout'),
  ];
  return [...oof, ...holdout];
}

describe('a table of small and odd partitions', () => {
  let asked: RunResult;

  beforeAll(async () => {
    const ended = await runSmall({ name: 'global' });
    asked = ended.result;
    expect(ended.code, asked.error ?? ended.stderr).toBe(0);
  }, 240_000);

  it('is answered by the global model where a partition is too small, when asked', () => {
    expect(asked.status).toBe('SUCCEEDED');
    expect(statuses(asked)).toEqual({
      one: 'global: too_small',
      three: 'global: too_small',
      forty: 'global: too_small',
      good: 'trained',
      'one class': 'global: single_class',
      'no target': 'global: no_target',
      'constant features': 'trained',
      'missing features': 'trained',
      'missing targets': 'trained',
      'odd weights': 'global: too_small',
    });
    for (const { status, model } of asked.partitions)
      if (status === 'global') expect(model).toBe(asked.global?.model);
  });

  it('accounts for every row: used, held out, or excluded by reason', async () => {
    expect(asked.counts.rows).toBe(TABLE.length);
    expect(asked.partitions.map(({ rows }) => rows).reduce((a, b) => a + b)).toBe(TABLE.length);
    expect(rowOf(asked, 'missing targets').excluded).toEqual({ target_missing: 10 });
    expect(rowOf(asked, 'odd weights').excluded).toEqual({
      weight_missing: 10,
      weight_not_positive: 20,
    });
    expect(rowOf(asked, 'no target').excluded).toEqual({ target_missing: 60 });

    const predicted = await predictedRows(asked);
    for (const { partition, status, rows, excluded } of asked.partitions) {
      const scope = status === 'trained' ? 'own' : 'global';
      const seen = predicted.filter(
        (row) => row['partition'] === partition && row['scope'] === scope,
      );
      const left = Object.values(excluded).reduce((sum, count) => sum + count, 0);
      // The rows of a tiny partition may only train: then no model of a fold has to predict them.
      if (rows > 3) expect([partition, seen.length + left]).toEqual([partition, rows]);
      expect(new Set(seen.map(({ row }) => row)).size).toBe(seen.length);
    }
  });

  it('names the own best model wherever one was fitted, whoever answers', () => {
    for (const { status, verdict, own, model, algorithm } of asked.partitions) {
      expect(own === null).toBe(status !== 'trained');
      if (own === null) continue;
      expect(own.algorithm).toBe(algorithm);
      expect(model).toBe(verdict === 'own' ? own.model : asked.global?.model);
      expect(own.model).not.toBe(asked.global?.model);
    }
    const verdicts = asked.partitions.map(({ verdict }) => verdict);
    expect(verdicts).toContain('tie');
  });

  it('has no number that is none', () => {
    const text = JSON.stringify(asked);
    expect(text).not.toMatch(/NaN|Infinity/);
    for (const { status, cv, holdout, because } of asked.partitions.filter(
      (row) => row.status === 'trained',
    )) {
      expect(status).toBe('trained');
      if (cv === null) expect(because?.['cv']).toBeDefined();
      if (holdout === null) expect(because?.['holdout']).toBeDefined();
    }
  });

  it('is told to be partial where such partitions are skipped', async () => {
    const { code, result } = await runSmall({
      name: 'skip',
      partition: { by: 'kind', on_small: 'skip' },
    });
    expect([code, result.status]).toEqual([5, 'PARTIAL']);
    expect(statuses(result)).toEqual({
      ...statuses(asked),
      one: 'skipped: too_small',
      three: 'skipped: too_small',
      forty: 'skipped: too_small',
      'one class': 'skipped: single_class',
      'no target': 'skipped: no_target',
      'odd weights': 'skipped: too_small',
    });
    expect(rowOf(result, 'forty')).toMatchObject({ model: null, rows: 40 });
    expect(rowOf(result, 'good').cv).toBe(rowOf(asked, 'good').cv);

    const kinds = ['forty', 'never seen'];
    const data = partita.write('new.csv', csvOf(kinds.map((kind) => ({ kind, x: 0.4, z: 'p' }))));
    const out = data.replace('new', 'answered');
    await partita.command('predict', result.runId, '--data', data, '--out', out);
    expect(readCsv(out).map(({ rung, reason }) => [rung, reason])).toEqual([
      ['none', 'too_small'],
      ['global', 'unseen_partition'],
    ]);
  }, 120_000);

  it('has such partitions merged, and their union counted once', async () => {
    const { code, result } = await runSmall({
      name: 'merge',
      partition: { by: 'kind', on_small: 'merge' },
    });
    expect([code, result.status]).toEqual([0, 'SUCCEEDED']);
    const union = rowOf(result, '(merged)');
    expect(union).toMatchObject({ status: 'trained', rows: 1 + 3 + 40 + 60 + 60 + 60 });
    expect(rowOf(result, 'forty')).toMatchObject({
      status: 'merged',
      reason: 'too_small',
      model: union.model,
    });
    expect(result.counts).toMatchObject({
      rows: TABLE.length,
      partitions: Object.keys(PARTITIONS).length,
      merged: 6,
      trained: 4,
    });
    const out = `${partita.folder}/merged.csv`;
    const data = `${partita.folder}/small.csv`;
    const scored = await partita.command('predict', result.runId, '--data', data, '--out', out);
    expect(scored.code, scored.stderr).toBe(0);
    const answers = readCsv(out).filter(({ kind }) => kind === 'forty');
    expect(answers).toHaveLength(40);
    expect(new Set(answers.map(({ model }) => model))).toEqual(new Set([union.model]));
  }, 120_000);

  it('is answered by own and global models together, when asked, as far as each is right', async () => {
    const { code, result } = await runSmall({
      name: 'shrink',
      partition: { by: 'kind', on_small: 'shrink' },
    });
    expect([code, result.status], result.error ?? '').toEqual([0, 'SUCCEEDED']);
    const { global } = result;
    expect(statuses(result)).toEqual({
      ...statuses(asked),
      one: 'trained: too_small',
      three: 'trained: too_small',
      forty: 'trained: too_small',
      'one class': 'trained: single_class',
      'odd weights': 'trained: too_small',
    });
    const blended = result.partitions.filter(({ verdict }) => verdict === 'blend');
    expect(blended.length).toBeGreaterThan(0);
    for (const { blend, own, model } of blended) {
      const [ours, theirs] = blend?.parts ?? [];
      expect([ours?.model, theirs?.model]).toEqual([own?.model, global?.model]);
      expect((ours?.weight ?? 0) + (theirs?.weight ?? 0)).toBeCloseTo(1, 12);
      expect([own?.model, global?.model]).not.toContain(model);
    }

    const [{ key, partition, model, own, blend }] = blended as [PartitionRow];
    const { x, z } = TABLE.find(({ kind }) => kind === key['kind']) as Row;
    const scored = async (kind: string | null, name: string) => {
      const data = partita.write(`${name}.csv`, csvOf([{ kind, x: x ?? null, z: z ?? null }]));
      const out = `${partita.folder}/${name}-scored.csv`;
      await partita.command('predict', result.runId, '--data', data, '--out', out);
      return readCsv(out)[0] as CsvRow;
    };
    const answer = await scored(key['kind'] ?? null, 'blended');
    const percent = Math.round(100 * (blend?.parts[0]?.weight ?? 0));
    expect(answer).toMatchObject({
      rung: 'blend',
      reason: expect.stringContaining(`: ${percent} % own, ${100 - percent} % global`),
      model,
    });

    const lineage = await partita.json<{ blend: JsonObject[]; uses: { partition: string }[] }>(
      'lineage',
      `${model}`,
    );
    expect(lineage.blend).toEqual(blend?.parts);
    expect(lineage.uses.map((use) => use.partition)).toContain(partition);
    const refused = await partita.command('export', `${model}`, '--format', 'json');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain(`${percent} % own ${own?.model}`);
    const html = readFileSync(`${result.report}`, 'utf8');
    expect(html).toContain(`${percent} % own, ${100 - percent} % global`);
  }, 120_000);

  it('is a regression as well', async () => {
    const { code, result } = await runSmall({
      name: 'regression',
      target: { column: 'y', task: 'regression' },
      columns: { weight: 'w', drop: ['label'] },
      algorithms: ['baseline', 'ridge', 'decision_tree', { random_forest: { trees: 3 } }],
      validate: { repeats: 2 },
      ensemble: {},
      explain: { repeats: 2 },
    });
    expect([code, result.status], result.error ?? '').toEqual([0, 'SUCCEEDED']);
    expect(rowOf(result, 'one class')).toMatchObject({
      status: 'global',
      reason: 'constant_target',
    });
    expect(rowOf(result, 'missing features').cv).toBeGreaterThan(0);
    expect(JSON.stringify(result)).not.toMatch(/NaN|Infinity/);

    // With candidates averaged, in every partition and without partition, and what each model looks at measured.
    const report = await partita.command('report', result.runId, '--format', 'json');
    const { global, details } = JSON.parse(report.stdout) as Explained;
    for (const { candidates, explanation } of [global, ...details]) {
      expect(candidates.map(({ algorithm }) => algorithm).at(-1)).toBe('ensemble');
      expect(explanation?.importance.map(({ column }) => column)).toContain('x');
    }
    const oof = `${partita.folder}/repeats.csv`;
    const asked = ['--split', 'oof', '--out', oof];
    await partita.command('predictions', result.runId, ...asked);
    const repeats = readCsv(oof).map(({ repeat }) => Number(repeat));
    expect(repeats.filter((repeat) => repeat === 1)).toHaveLength(repeats.length / 2);
    const out = `${partita.folder}/values.csv`;
    const table = ['--data', `${partita.folder}/small.csv`, '--out', out, '--explain', '1'];
    const scored = await partita.command('predict', result.runId, ...table);
    expect(scored.code, scored.stderr).toBe(0);
    const rows = readCsv(out);
    expect(rows).toHaveLength(TABLE.length);
    for (const row of rows) {
      const total = ['base', 'contribution_1', 'other'].reduce(
        (sum, at) => sum + Number(row[at]),
        0,
      );
      expect(total).toBeCloseTo(Number(row['prediction']), 6);
    }
    expect(result.global?.needs?.map(({ column }) => column)).toContain('x');
    expect((await partita.command('report', result.runId, '--format', 'md')).stdout).toContain(
      '## What the models need',
    );
  }, 120_000);
});

type Explained = { readonly global: Shown; readonly details: readonly Shown[] };
type Shown = {
  readonly candidates: readonly { readonly algorithm: string }[];
  readonly explanation?: { readonly importance: readonly { readonly column: string }[] };
};

/** What the report tells of candidates. */
type Tried = {
  readonly global: { readonly candidates: readonly Candidate[]; readonly best: number };
  readonly details: readonly { readonly candidates: readonly Candidate[] }[];
};
type Candidate = { readonly parameters: JsonObject };

it('with a warm start every partition tries what was best without partition, whoever proposed it there', async () => {
  const ended = await runSmall({
    name: 'warm',
    algorithms: ['decision_tree'],
    tune: { method: 'tpe', trials: 8, warm_start: true },
  });
  expect(ended.code, ended.stderr).toBe(0);
  const report = await partita.json<Tried>('report', ended.result.runId, '--format', 'json');
  const winner = report.global.candidates[report.global.best];
  // The first three are drawn, the same everywhere: only a proposed winner shows that it was taken over.
  expect(report.global.best).toBeGreaterThan(2);
  expect(report.details).toHaveLength(4);
  for (const { candidates } of report.details)
    expect(candidates[3]?.parameters).toEqual(winner?.parameters);
}, 240_000);
