import { join } from 'node:path';
import { startTestSpark, type TestSpark } from './spark.ts';
import { QUICK_START, type SparkProgram, sparkHome, startSparkProgram } from './spark-program.ts';

/** A standalone master and its workers on loopback, each worker with a folder and a process group of its own. */
export type TestCluster = {
  /** Workers as they were started; one that was killed stays in the list. */
  readonly workers: readonly SparkProgram[];
  /** A Connect server on the cluster; `port`: where it listens (absent: where it likes). */
  readonly serve: (conf?: { readonly [key: string]: string }, port?: number) => Promise<TestSpark>;
  /** One more worker, in place of one that was killed. */
  readonly addWorker: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Of one executor, and of the worker that it lives on. */
const MEMORY = '1g';
const CAPACITY = ['--cores', '1', '--memory', MEMORY];
/** On ports of their own choice. */
const LOOPBACK = ['--host', '127.0.0.1', '--port', '0', '--webui-port', '0'];
const MASTER_STARTED = /Starting Spark master at (spark:\/\/\S+)/;
const REGISTERED = /Successfully registered with master/;

export async function startTestCluster(workerCount = 2): Promise<TestCluster> {
  const home = await sparkHome();
  const environment = { SPARK_DAEMON_MEMORY: '256m', SPARK_DAEMON_JAVA_OPTS: QUICK_START };
  const start = (role: 'master.Master' | 'worker.Worker', args: (folder: string) => string[]) =>
    startSparkProgram({ script: 'spark-class', home, environment }, (folder) => [
      `org.apache.spark.deploy.${role}`,
      ...LOOPBACK,
      ...args(folder),
    ]);
  const master = start('master.Master', () => []);
  const workers: SparkProgram[] = [];
  const stop = async () => {
    await Promise.all([master, ...workers].map((program) => program.stop()));
  };
  try {
    const [, address = ''] = await master.says(MASTER_STARTED);
    const addWorker = async () => {
      const worker = start('worker.Worker', (folder) => [
        ...CAPACITY,
        '--work-dir',
        join(folder, 'work'),
        address,
      ]);
      workers.push(worker);
      await worker.says(REGISTERED);
    };
    await Promise.all(Array.from({ length: workerCount }, addWorker));
    const serve: TestCluster['serve'] = (conf = {}, port = 0) =>
      startTestSpark({
        master: address,
        conf: {
          'spark.connect.grpc.binding.port': String(port),
          'spark.executor.memory': MEMORY,
          'spark.executor.extraJavaOptions': QUICK_START,
          ...conf,
        },
      });
    return { workers, serve, addWorker, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
