import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/domain/result.ts';
import type { SparkBundle } from '../../src/operations/requests.ts';
import { seededDraws } from '../support/draws.ts';
import { csvOf, Partita, type Running, type SpecWishes } from '../support/partita.ts';
import { isAlive, programsOfGroup } from '../support/processes.ts';
import type { TestSpark } from '../support/spark.ts';
import { startTestCluster, type TestCluster } from '../support/spark-cluster.ts';
import { sparkWork, WITH_UI } from '../support/spark-ui.ts';

const MINUTE = 60_000;
const PARTITIONS = 8;
const SOME_TRAINED = /train: [1-9]/;

const ROWS = Array.from({ length: PARTITIONS }, (_, k) => {
  const draws = seededDraws(k);
  return Array.from({ length: 200 }, () => {
    const [a, b] = [draws.normal(), draws.normal()];
    return { k: `k${k}`, a, b, y: a * b > 0.2 || draws.uniform() < 0.1 ? 'up' : 'down' };
  });
}).flat();

const engine = { kind: 'spark', remote: '${env:SPARK_REMOTE}' } as const;

const work: SpecWishes = {
  name: 'work',
  data: { source: { kind: 'csv', path: 'work.csv' } },
  partition: { by: 'k' },
  target: { column: 'y', task: 'classification' },
  algorithms: [{ random_forest: { trees: 1200 } }, { gradient_boosting: { rounds: 300 } }],
};

/** A master, two workers with one core each, a Connect server on them; and a stack of ours that is none of theirs. */
describe('a run on a cluster', { timeout: 4 * MINUTE }, () => {
  let cluster: TestCluster;
  let server: TestSpark;
  let partita: Partita;
  let bundle: SparkBundle;
  let here: RunResult;
  /** Our program is sent to the session, or lies in an archive that the cluster was started with. */
  let sent: string;
  let unpacked: string;

  beforeAll(async () => {
    partita = new Partita();
    partita.write('work.csv', csvOf(ROWS));
    bundle = await partita.json<SparkBundle>('spark', 'bundle');
    cluster = await startTestCluster();
    server = await serve();
    partita.environment['SPARK_REMOTE'] = server.remote;
    sent = partita.writeSpec({ ...work, name: 'sent', engine });
    const runtime = { archive: bundle.folder };
    unpacked = partita.writeSpec({ ...work, name: 'unpacked', engine: { ...engine, runtime } });
    const ended = await partita.run(partita.writeSpec(work));
    expect(ended.code, ended.stderr).toBe(0);
    here = ended.result;
  }, 5 * MINUTE);
  afterAll(async () => {
    await partita?.stop();
    await server?.stop();
    await cluster?.stop();
  }, 2 * MINUTE);

  const serve = (port?: number) =>
    cluster.serve(
      {
        ...WITH_UI,
        'spark.archives': `${bundle.path}#${bundle.folder}`,
        'spark.executorEnv.PARTITA_WORKER_IDLE_MS': '2000',
      },
      port,
    );
  const programsOf = (index: number) => programsOfGroup(cluster.workers[index]?.pid ?? 0);

  /** The models of a local run, from one recorded fit each. */
  const isTheSame = async ({ code, stderr, stdout }: Awaited<Running['ended']>) => {
    expect(code, stderr).toBe(0);
    const result = JSON.parse(stdout) as RunResult;
    expect(result.engine).toBe('spark');
    expect(modelsOf(result)).toEqual(modelsOf(here));
    const [fits] = await partita.query(
      'select count(*)::integer as rows, count(distinct partition_id)::integer as partitions from training where run_id = $1',
      [result.runId],
    );
    expect(fits).toEqual({ rows: PARTITIONS + 1, partitions: PARTITIONS + 1 });
  };

  it('gives the models of a local run, by a program that is sent to executors without Python', async () => {
    const running = await partita.start('run', sent, '--json', '--no-reuse');
    await running.says(SOME_TRAINED);
    for (const index of [0, 1]) {
      const programs = programsOf(index);
      expect(programs).toEqual(expect.arrayContaining(['java', 'node']));
      expect(programs.filter((name) => /python/.test(name))).toEqual([]);
    }
    await isTheSame(await running.ended);
  });

  it('outlives a worker of Spark that is killed with its executor, by a program from an archive', async () => {
    const running = await partita.start('run', unpacked, '--json', '--no-reuse');
    await running.says(SOME_TRAINED);
    cluster.workers[1]?.kill();
    await isTheSame(await running.ended);
    expect(programsOf(1)).toEqual([]);
    await cluster.addWorker();
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'goes on where our own worker ended by %s, and Spark starts nothing twice',
    async (signal) => {
      const before = operationsOf(await sparkWork(server));
      await isTheSame(await (await partita.start('run', sent, '--json', '--no-reuse')).ended);
      const undisturbed = operationsOf(await sparkWork(server)).size - before.size;

      const running = await partita.start('run', sent, '--json', '--no-reuse');
      await running.says(SOME_TRAINED);
      await until(async () => (await sparkWork(server)).some(({ isRunning }) => isRunning));
      const pid = await partita.pidOf('worker');
      process.kill(pid, signal);
      await until(async () => !isAlive(pid));
      await isTheSame(await running.ended);
      const after = operationsOf(await sparkWork(server)).size;
      expect(after - before.size).toBe(2 * undisturbed);
    },
  );

  it('says which server is gone, and goes on when it is back', async () => {
    const running = await partita.start('run', sent, '--json', '--no-reuse');
    await running.says(SOME_TRAINED);
    const { port } = server;
    server.kill();
    await running.says(new RegExp(`trying again: Spark Connect at 127\\.0\\.0\\.1:${port} can't`));
    await server.stop();
    server = await serve(port);
    await isTheSame(await running.ended);
  });

  it('leaves no job and no process of ours on the cluster when it is cancelled', async () => {
    const algorithms = [{ random_forest: { trees: 10_000 } }];
    const long = partita.writeSpec({ ...work, name: 'long', algorithms, engine });
    const running = await partita.start('run', long, '--json', '--no-reuse');
    await running.says(SOME_TRAINED);
    const [newest] = await partita.json<readonly { readonly runId: string }[]>('runs', 'ls');
    expect((await partita.command('cancel', newest?.runId ?? '')).code).toBe(0);
    const { code, stdout } = await running.ended;
    expect([code, (JSON.parse(stdout) as RunResult).status]).toEqual([6, 'CANCELLED']);
    await until(async () => !(await sparkWork(server)).some(({ isRunning }) => isRunning));
    await until(async () => [0, 2].every((index) => !programsOf(index).includes('node')));
    expect(await partita.query('select run_id from bookmark')).toEqual([]);
  });
});

type Models = readonly (readonly [string, string | null | undefined, number | null | undefined])[];

function modelsOf({ partitions, global }: RunResult): Models {
  return [
    ...partitions.map(({ partition, model, cv }) => [partition, model, cv] as const),
    ['(all)', global?.model, global?.cv],
  ];
}

function operationsOf(work: Awaited<ReturnType<typeof sparkWork>>): ReadonlySet<string> {
  return new Set(work.map(({ operation }) => operation));
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await wait(100);
}
