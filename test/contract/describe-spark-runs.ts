import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/domain/result.ts';
import { readTable, sql, writeParquet, writeTable } from '../../src/engines/spark/connect/plan.ts';
import { parseRemote } from '../../src/engines/spark/connect/remote.ts';
import { SparkSession } from '../../src/engines/spark/connect/spark-session.ts';
import { openDatabase } from '../../src/frame/duckdb.ts';
import type { PredictResult } from '../../src/operations/requests.ts';
import { seededDraws } from '../support/draws.ts';
import { COUNT_ABOVE, THROWS_AT } from '../support/own-function.ts';
import { csvOf, Partita, type Row, type SpecWishes } from '../support/partita.ts';
import { programsOfGroup } from '../support/processes.ts';
import type { TestSpark } from '../support/spark.ts';

const MINUTE = 60_000;
const KINDS = ['car', 'drill', 'loader', 'pump', 'tiny'];

/** Rows of several kinds, each with a rule of its own; one kind is too small for a model of its own. */
function table(): readonly Row[] {
  return KINDS.flatMap((kind, k) => {
    const draws = seededDraws(k + 1);
    return Array.from({ length: kind === 'tiny' ? 8 : 90 }, (_, i) => {
      const x = draws.uniform();
      const site = ['north', 'south', null][draws.integer(3)] as string | null;
      const day = new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10);
      const label = (k % 2 === 0 ? x > 0.5 : site === 'north') ? 'yes' : 'no';
      const reading = `${kind}-${i}`;
      return { kind, day, x: i % 11 === 0 ? null : x, site, label, reading };
    });
  });
}

/** Whole runs, predictions and maps on Spark are those of the local engine. `start`: a Spark that we may end. */
export function describeSparkRuns(name: string, start: () => Promise<TestSpark>): void {
  describe(`a run on ${name}`, { timeout: 10 * MINUTE }, () => {
    let spark: TestSpark;
    let partita: Partita;
    /** Runs whose features are their rows' own, and made of rows before them. */
    let plain: string;
    let lagged: string;

    beforeAll(async () => {
      spark = await start();
      partita = new Partita({ SPARK_REMOTE: spark.remote });
      partita.write('kinds.csv', csvOf(table()));
    }, 15 * MINUTE);
    afterAll(async () => {
      await partita?.stop();
      await spark?.stop();
    }, 2 * MINUTE);

    it('gives the models of a local run, and no Python runs anywhere', async () => {
      const spec = partita.writeSpec({
        name: 'kinds',
        data: { source: { kind: 'csv', path: 'kinds.csv' } },
        partition: { by: 'kind', min_rows: 20 },
        target: { column: 'label', task: 'classification' },
        columns: { id: 'reading', drop: ['day'] },
        algorithms: ['baseline', 'logistic', { random_forest: { trees: 8 } }],
        // Blind to the kind, which decides: every kind needs its own model.
        global: { include_partition: false },
        validate: { repeats: 2 },
        ensemble: {},
        explain: {},
        engine: { remote: '${env:SPARK_REMOTE}' },
      });
      const here = await partita.run(spec);
      const onSpark = await partita.run(spec, '--engine', 'spark');
      expect(onSpark.code, onSpark.stderr).toBe(0);
      expect(here.result.engine).toBe('local');
      expect(onSpark.result.engine).toBe('spark');
      expect(modelsOf(onSpark.result)).toEqual(modelsOf(here.result));
      expect(new Set(modelsOf(here.result).map(({ model }) => model)).size).toBe(KINDS.length);
      const programs = programsOfGroup(spark.pid);
      expect(programs).toEqual(expect.arrayContaining(['java', 'node']));
      expect(programs.filter((name) => /python/.test(name))).toEqual([]);
      plain = here.result.runId;
    });

    it('gives the same models of a table that only the cluster reads', async () => {
      const path = join(partita.folder, 'kinds.csv');
      const session = await SparkSession.open(parseRemote(spark.remote));
      const rows = `SELECT _c0 AS kind, CAST(_c1 AS DATE) AS day, CAST(_c2 AS DOUBLE) AS x, _c3 AS site, _c4 AS label, _c5 AS reading FROM csv.\`${path}\` WHERE _c0 <> 'kind'`;
      await session.run(writeTable(sql(rows), 'kinds'));
      await session.release();
      const common: Omit<SpecWishes, 'name' | 'data'> = {
        partition: { by: 'kind', min_rows: 20 },
        target: { column: 'label', task: 'classification' },
        time: 'day',
        columns: { id: 'reading' },
        // Rows that lie on several tasks are brought together for it.
        features: { engineer: [{ lag: { columns: ['x'], steps: [1, 2] } }] },
        validate: { scheme: 'stratified' },
        algorithms: ['baseline', 'logistic'],
      };
      const here = await partita.run(
        partita.writeSpec({
          ...common,
          name: 'file',
          data: { source: { kind: 'csv', path: 'kinds.csv' } },
        }),
      );
      const there = await partita.run(
        partita.writeSpec({
          ...common,
          name: 'table',
          data: { source: { kind: 'spark', table: 'kinds' } },
          engine: { kind: 'spark', remote: '${env:SPARK_REMOTE}' },
        }),
      );
      expect(there.code, there.stderr).toBe(0);
      expect(there.result.snapshot).toBe(here.result.snapshot);
      expect(modelsOf(there.result)).toEqual(modelsOf(here.result));
      lagged = here.result.runId;
    });

    it('scores a table where it lies, by the models and to the last bit as here', async () => {
      const session = await SparkSession.open(parseRemote(spark.remote));
      // Other types than in training, a kind that nobody has seen, and none at all.
      const rows = `SELECT kind, CAST(day AS TIMESTAMP) AS day, x, site, array(1, 2) AS extra, reading AS reason, reading FROM kinds UNION ALL SELECT IF(id < 5, 'unseen', NULL), TIMESTAMP '2026-01-05 00:00:00', id / 10, 'north', array(), 'new', concat('new-', id) FROM range(9)`;
      const fresh = join(partita.folder, 'fresh');
      await session.run(writeParquet(sql(rows), fresh));
      await session.run(writeTable(sql(rows), 'fresh'));
      const columns = 'SELECT * EXCLUDE (extra, reason)';
      await query(`COPY (${columns} FROM '${fresh}/*.parquet') TO '${fresh}.parquet'`);

      for (const [run, more] of [
        [plain, ['--table', 'fresh', '--out-table', 'scored']],
        [lagged, ['--engine', 'spark', '--data', 'fresh', '--out', 'scored']],
      ] as const) {
        const files = ['--data', 'fresh.parquet', '--out', 'here.parquet'];
        const here = await partita.json<PredictResult>(
          'predict',
          run,
          ...files,
          '--engine',
          'local',
        );
        const remote = ['--remote', spark.remote];
        const there = await partita.json<PredictResult>('predict', run, ...more, ...remote);
        expect(there).toMatchObject({ rows: here.rows, rungs: here.rungs });
        expect(Object.keys(here.rungs).sort()).toEqual(['global', 'own']);
        if (run === plain)
          await session.run(writeParquet(readTable('scored'), join(partita.folder, 'table')));
        const answers = (from: string) =>
          query(
            `SELECT kind, reading, prediction, "p:no", "p:yes", model, rung, reason FROM '${join(partita.folder, from)}' ORDER BY ALL`,
          );
        const [scored] = await query(
          `SELECT sum(len(extra))::INTEGER AS extra, count("reason (2)")::INTEGER AS reasons FROM '${join(partita.folder, run === plain ? 'table' : 'scored')}/*.parquet'`,
        );
        expect(scored).toEqual({ extra: 2 * (here.rows - 9), reasons: here.rows });
        expect(await answers(run === plain ? 'table/*.parquet' : 'scored/*.parquet')).toEqual(
          await answers('here.parquet'),
        );
      }
      const again = ['--data', 'fresh', '--out', 'scored', '--remote', spark.remote];
      const refused = await partita.command('predict', plain, '--engine', 'spark', ...again);
      expect([refused.code, refused.stderr]).toEqual([
        2,
        expect.stringContaining('is there already'),
      ]);
      const nowhere = ['--table', 'nowhere', '--out', 'never', '--remote', spark.remote];
      const missing = await partita.command('predict', plain, ...nowhere);
      expect([missing.code, missing.stderr]).toEqual([
        4,
        expect.stringContaining('Spark has no nowhere'),
      ]);
      expect(existsSync(join(partita.folder, 'never'))).toBe(false);
      await session.release();
    });

    it("applies a user's TypeScript, and built-in functions, as the local engine does", async () => {
      for (const [name, text] of Object.entries(COUNT_ABOVE)) partita.write(name, text);
      const common = {
        data: { source: { kind: 'csv', path: 'kinds.csv' } },
        partition: { by: 'kind' },
        time: 'day',
        engine: { remote: '${env:SPARK_REMOTE}' },
      } as const;
      const own = partita.writeSpec({
        ...common,
        name: 'own',
        map: { function: './count-above.ts', args: { limit: 0.5 } },
      });
      const drift = partita.writeSpec({
        ...common,
        name: 'drift',
        map: { function: 'psi', args: { at: '2026-02-10' } },
      });
      for (const spec of [own, drift]) {
        const [here, there] = ['here.csv', 'there.csv'] as const;
        const local = await partita.command('map', spec, '--out', here);
        const spark = await partita.command('map', spec, '--out', there, '--engine', 'spark');
        expect([local.code, spark.code], spark.stderr).toEqual(spec === own ? [5, 5] : [0, 0]);
        const contentOf = (name: string) => readFileSync(join(partita.folder, name), 'utf8');
        expect(contentOf(there)).toBe(contentOf(here));
        expect(spark.stderr.split('\n').sort()).toEqual(
          local.stderr.replaceAll(here, there).split('\n').sort(),
        );
        if (spec === own) expect(spark.stderr).toContain(`at ${THROWS_AT}: no pumps, please`);
      }
    });

    it('says which address can not be reached', async () => {
      const spec = partita.writeSpec({
        name: 'nowhere',
        data: { source: { kind: 'csv', path: 'kinds.csv' } },
        partition: { by: 'kind' },
        target: { column: 'label', task: 'classification' },
        engine: { kind: 'spark', remote: 'sc://127.0.0.1:1' },
      });
      const ended = await partita.command('plan', spec);
      expect(ended.code).toBe(7);
      expect(ended.stderr).toContain('127.0.0.1:1');
    });
  });
}

async function query(text: string): Promise<readonly object[]> {
  const database = await openDatabase({ threads: 1 });
  try {
    return await database.rows(text);
  } finally {
    database.close();
  }
}

function modelsOf({ partitions, global }: RunResult) {
  return [
    ...partitions.map(({ partition, status, model, cv, holdout }) => ({
      partition,
      status,
      model,
      cv,
      holdout,
    })),
    {
      partition: '(all)',
      status: 'trained',
      model: global?.model,
      cv: global?.cv,
      holdout: global?.holdout,
    },
  ];
}
