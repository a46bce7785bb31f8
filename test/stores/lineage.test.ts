import type { Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../migrations/migrate.ts';
import { digestBytes, digestJson } from '../../src/frame/digest.ts';
import { blendDigest, blendParts } from '../../src/partition/blend.ts';
import type { Choice } from '../../src/partition/choice.ts';
import type { LineageStore } from '../../src/stores/lineage-store.ts';
import { connectDatabase } from '../../src/stores/postgres/connect.ts';
import type { Database } from '../../src/stores/postgres/database.ts';
import { createPostgresAuditStore } from '../../src/stores/postgres/postgres-audit-store.ts';
import { createPostgresLineageStore } from '../../src/stores/postgres/postgres-lineage-store.ts';
import { createPostgresQuarantineStore } from '../../src/stores/postgres/postgres-quarantine-store.ts';
import { createPostgresRunStore } from '../../src/stores/postgres/postgres-run-store.ts';
import { GLOBAL_PARTITION } from '../../src/stores/run-records.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import {
  attempt,
  chosenOf,
  evaluatedOf,
  newRun,
  recordPlan,
  snapshotOf,
  totalsOf,
  trainedOf,
} from './made-up-run.ts';

describe('the lineage of a model', () => {
  let postgres: TestPostgres;
  let db: Kysely<Database>;
  let lineage: LineageStore;
  const snapshot = snapshotOf(['car', 'wheel loader']);
  const [car, loader] = snapshot.partitions.map(({ id }) => id) as [string, string];
  const carModel = digestBytes(`model of ${car}`);
  const globalModel = digestBytes(`model of ${GLOBAL_PARTITION}`);

  beforeAll(async () => {
    postgres = await startTestPostgres();
    db = connectDatabase({ url: (await postgres.createDatabase()).url, application: 'test' });
    await migrate(db);
    lineage = createPostgresLineageStore(db);
    for (const number of [1, 2]) await recordRun(number);
  });
  afterAll(async () => {
    await db?.destroy();
    await postgres?.stop();
  });

  /** Twice the same run: equal data, spec, code and seed make equal bytes. */
  async function recordRun(number: number): Promise<void> {
    const store = createPostgresRunStore(db);
    const { runId } = await store.createRun(newRun(number));
    await recordPlan(store, runId, snapshot);
    const trained = [trainedOf(car, `pack ${number}`), trainedOf(loader, `pack ${number}`)];
    await store.recordTraining(runId, 0, trained, attempt(1));
    await store.recordTraining(runId, 0, trained, attempt(2));
    await store.recordGlobalTraining(runId, trainedOf(GLOBAL_PARTITION), attempt());
    await store.recordEvaluation(runId, 0, [car, loader].map(evaluatedOf), attempt());
    const chosen = [chosenOf(car), { ...chosenOf(loader), model: globalModel }];
    await store.recordChoice(runId, chosen, totalsOf(0), attempt());
  }

  it('answers which data, spec, code, parameters and seed made it', async () => {
    const { makings } = await lineage.lineageOfModel(carModel);
    const { code, environment, specDigest } = newRun(2);
    expect(makings[0]).toMatchObject({
      runId: newRun(2).runId,
      experiment: 'asset-status',
      scope: 'own',
      partition: 'asset_type=car',
      spec: specDigest,
      data: {
        rows: snapshot.partitions[0]?.digest,
        rowCount: 100,
        snapshot: snapshot.digest,
        schema: snapshot.schemaDigest,
        source: snapshot.source,
        folds: digestBytes('folds'),
      },
      code,
      environment: { digest: digestJson(environment), facts: environment },
      rootSeed: 7,
      seed: '42',
      algorithm: 'random_forest',
      parameters: { trees: 100 },
      features: ['engine_rpm'],
      trainedRows: 800,
      selection: {
        method: 'mutual_information',
        kept: ['engine_rpm'],
        dropped: ['shift'],
        origin: null,
      },
    });
  });

  it('shows the candidates that lost, the scores and the attempts', async () => {
    const { makings } = await lineage.lineageOfModel(carModel);
    expect(makings[0]?.candidates).toMatchObject([
      {
        algorithm: 'logistic',
        cv: 0.81,
        foldScores: [0.8, 0.81, 0.8200000000000001],
        isBest: false,
      },
      { algorithm: 'random_forest', cv: 0.9, isBest: true },
    ]);
    expect(makings[0]?.scores.map(({ scope, split, metric }) => [scope, split, metric])).toEqual([
      ['own', 'cv', 'macro_f1'],
      ['own', 'holdout', 'macro_f1'],
      ['global', 'cv', 'macro_f1'],
      ['global', 'holdout', 'macro_f1'],
    ]);
    expect(makings[0]?.attempts.map(({ attempt: number, outcome }) => [number, outcome])).toEqual([
      [1, 'SUCCEEDED'],
      [2, 'DUPLICATE'],
    ]);
  });

  it('knows who answers for the partition that the model was made for', async () => {
    const kept = await lineage.lineageOfModel(digestBytes(`model of ${loader}`));
    expect(kept.makings[0]?.answer).toMatchObject({ status: 'trained', model: globalModel });
    expect(kept.useCount).toBe(0);
    const { makings } = await lineage.lineageOfModel(carModel);
    expect(makings[0]?.answer?.model).toBe(carModel);
  });

  it('leads from the rows to the model through features and folds, of this partition only', async () => {
    const { makings } = await lineage.lineageOfModel(carModel);
    expect(makings[0]?.edges).toEqual([
      {
        stage: 'features',
        direction: 'in',
        role: 'rows',
        digest: snapshot.partitions[0]?.digest,
      },
      { stage: 'features', direction: 'out', role: 'features', digest: digestBytes('features') },
      { stage: 'select', direction: 'in', role: 'folds', digest: digestBytes('folds') },
      { stage: 'train', direction: 'in', role: 'features', digest: digestBytes('features') },
      { stage: 'train', direction: 'in', role: 'folds', digest: digestBytes('folds') },
      { stage: 'train', direction: 'out', role: 'model', digest: carModel },
      {
        stage: 'train',
        direction: 'out',
        role: 'predictions',
        digest: digestBytes('pack 2 of predictions'),
      },
    ]);
  });

  it('lists every run and partition that made equal bytes, and where they lie', async () => {
    const found = await lineage.lineageOfModel(carModel);
    expect(found.makings.map(({ runId }) => runId)).toEqual([newRun(2).runId, newRun(1).runId]);
    expect(found.makingCount).toBe(2);
    expect(new Set(found.places.map(({ pack }) => pack))).toEqual(
      new Set([digestBytes('pack 1 of models'), digestBytes('pack 2 of models')]),
    );
    expect(found.places[0]).toMatchObject({ offset: 40, length: 60 });
  });

  it('tells for which partitions the model without partition answers', async () => {
    const found = await lineage.lineageOfModel(globalModel);
    expect(found.makings[0]).toMatchObject({ scope: 'global', partition: '(all)' });
    expect(found.makings[0]?.data.rows).toBe(snapshot.digest);
    expect(found.uses.map(({ runId, partition }) => [runId, partition])).toEqual([
      [newRun(2).runId, 'asset_type=wheel loader'],
      [newRun(1).runId, 'asset_type=wheel loader'],
    ]);
    expect(found.useCount).toBe(2);
  });

  it('of several that answer together is those of its models, and who they answer for', async () => {
    const store = createPostgresRunStore(db);
    const { runId } = await store.createRun(newRun(3));
    await recordPlan(store, runId, snapshot);
    await store.recordTraining(
      runId,
      0,
      [car, loader].map((id) => trainedOf(id)),
      attempt(),
    );
    await store.recordGlobalTraining(runId, trainedOf(GLOBAL_PARTITION), attempt());
    await store.recordEvaluation(runId, 0, [car, loader].map(evaluatedOf), attempt());
    const parts = blendParts(
      digestBytes(`model of ${loader}`),
      { rung: 'global', model: globalModel },
      0.37,
    );
    const blend = { parts, withoutFold: [0.3, 0.4, 1], scores: evaluatedOf(loader).facts.own };
    const model = blendDigest(parts);
    const blended: Choice = { ...chosenOf(loader), verdict: 'blend', model, blend };
    const chosen = [chosenOf(car), blended];
    await store.recordChoice(runId, chosen, totalsOf(0), attempt(1));
    await store.recordChoice(runId, chosen, totalsOf(0), attempt(2));
    expect((await store.partition(runId, 'wheel loader')).chosen).toEqual(blended);

    const found = await lineage.lineageOfModel(model.slice(0, 20));
    expect(found).toMatchObject({ model, blend: parts, places: [], useCount: 1 });
    expect(new Set(found.makings.map((making) => making.model))).toEqual(
      new Set(parts.map((part) => part.model)),
    );
    const uses = [
      { runId, partition: 'asset_type=wheel loader', status: 'trained', verdict: 'blend' },
    ];
    expect(found.uses).toEqual(uses);
    const ofOwn = await lineage.lineageOfModel(digestBytes(`model of ${loader}`));
    expect(ofOwn).toMatchObject({ blend: null, uses });
    expect(ofOwn.makings[0]?.answer).toMatchObject({ verdict: 'blend', model, blend: parts });
    expect((await createPostgresAuditStore(db).verify()).findings).toEqual([]);
    const impact = await createPostgresQuarantineStore(db).impact({ kind: 'blend', digest: model });
    expect(impact.counts).toEqual({ runs: 1, models: 2, answers: 2 });
  });

  it('is found by the beginning of the digest, and by nothing that is ambiguous or unknown', async () => {
    const hex = carModel.slice('sha256:'.length);
    for (const prefix of [hex.slice(0, 12), hex.slice(0, 12).toUpperCase(), carModel]) {
      expect((await lineage.lineageOfModel(prefix)).model).toBe(carModel);
    }
    const mistyped = `${hex.slice(0, 6)}${hex[7]}${hex[6]}${hex.slice(8, 10)}`;
    await expect(lineage.lineageOfModel(mistyped)).rejects.toThrow(
      new RegExp(`no model "${mistyped}"\\. Did you mean \`${hex.slice(0, 10)}\``),
    );
    for (const nonsense of ['', 'no digest', 'sha256:', "' or true --", '\u0000']) {
      await expect(lineage.lineageOfModel(nonsense)).rejects.toMatchObject({ kind: 'not-found' });
    }
  });

  it('asks for more of a digest that several models begin with', async () => {
    const store = createPostgresRunStore(db);
    const { runId } = await store.createRun(newRun(4));
    const ids = await recordPlan(store, runId, snapshotOf(['a', 'b'], 'other data'));
    const trained = ids.map((id, i) => {
      const one = trainedOf(id);
      const digest = `sha256:${'0'.repeat(63)}${i}` as typeof carModel;
      return { ...one, facts: { ...one.facts, model: { ...one.facts.model, digest } as never } };
    });
    await store.recordTraining(runId, 0, trained, attempt());
    await expect(lineage.lineageOfModel('0000')).rejects.toMatchObject({ kind: 'usage' });
    expect((await lineage.lineageOfModel(`${'0'.repeat(63)}1`)).makingCount).toBe(1);
  });
});
