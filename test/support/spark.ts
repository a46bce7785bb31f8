import { join } from 'node:path';
import { QUICK_START, sparkHome, startSparkProgram } from './spark-program.ts';

export type TestSpark = {
  /** `sc://127.0.0.1:PORT` */
  readonly remote: string;
  readonly port: number;
  /** The Java process, and the number of its process group. */
  readonly pid: number;
  /** Where everything of the server lies. */
  readonly folder: string;
  /** What the server has said so far. */
  readonly log: () => string;
  /** Ends it as a power cut does. */
  readonly kill: () => void;
  readonly stop: () => Promise<void>;
};

export type TestSparkOptions = {
  readonly master?: string;
  /** Spark's home; default: the one of the pinned release. */
  readonly home?: string;
  /** It runs for long and with much memory: the compiler is worth its time. */
  readonly isLasting?: boolean;
  /** Settings of the server (`--conf`). */
  readonly conf?: { readonly [key: string]: string };
};

const CONNECT_SERVER = 'org.apache.spark.sql.connect.service.SparkConnectServer';
const STARTED = /Spark Connect server started at: \S*?:(\d+)/;

/** A real Spark Connect server for one test file, on a port of loopback that it chooses itself. */
export async function startTestSpark(options: TestSparkOptions = {}): Promise<TestSpark> {
  const home = options.home ?? (await sparkHome());
  const server = startSparkProgram({ script: 'spark-submit', home }, (folder) => [
    `--class=${CONNECT_SERVER}`,
    `--master=${options.master ?? 'local[2]'}`,
    ...(options.isLasting
      ? ['--driver-memory=4g']
      : ['--driver-memory=1g', `--driver-java-options=${QUICK_START}`]),
    ...Object.entries({ ...serverConf(folder), ...options.conf }).map(
      ([key, value]) => `--conf=${key}=${value}`,
    ),
    'spark-internal',
  ]);
  try {
    const [, port] = await server.says(STARTED);
    return { ...server, remote: `sc://127.0.0.1:${port}`, port: Number(port) };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function serverConf(folder: string): { readonly [key: string]: string } {
  return {
    'spark.connect.grpc.binding.address': '127.0.0.1',
    'spark.connect.grpc.binding.port': '0',
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.driver.host': '127.0.0.1',
    'spark.ui.enabled': 'false',
    'spark.local.dir': join(folder, 'local'),
    'spark.sql.warehouse.dir': join(folder, 'warehouse'),
    'spark.sql.shuffle.partitions': '4',
  };
}
