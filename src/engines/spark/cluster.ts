import { Failure } from '../../domain/failure.ts';
import { SPARK_VERSIONS, type SparkVersion } from './command.ts';
import type { Artifact } from './connect/artifacts.ts';
import { range } from './connect/plan.ts';
import { parseRemote } from './connect/remote.ts';
import { type SessionOptions, SparkSession } from './connect/spark-session.ts';
import { shipModule } from './user-module.ts';

/** The program that runs our functions on executors. */
export type ClusterRuntime = {
  /** Absolute, or relative to the session's folder on the executor. */
  readonly executable: string;
  /** What has to be sent to the session for that; null: it is there already. */
  readonly artifact: Artifact | null;
};

export type ClusterOptions = {
  readonly remote: string;
  readonly runtime: () => Promise<ClusterRuntime>;
  readonly session?: Omit<SessionOptions, 'sessionId'>;
  /** A session that nobody has used for so long is ended; default a minute, more than a run is between two stages. */
  readonly idleMs?: number;
};

const IDLE_MS = 60_000;

/** A session that is ready for our functions. */
export type ReadySession = {
  readonly session: SparkSession;
  readonly spark: SparkVersion;
  /** Tasks that the cluster works on at a time, as it was when the session began. */
  readonly cores: number;
};

/** What every session of ours is set to. */
const SETTINGS = {
  'spark.sql.session.timeZone': 'UTC',
  // Partitions are packed by us; what Spark puts together again would wait for one core.
  'spark.sql.adaptive.coalescePartitions.enabled': 'false',
  // Times before 1900 are what the file says.
  'spark.sql.parquet.datetimeRebaseModeInRead': 'CORRECTED',
  // Batches are bounded by rows alone: Spark weighs them row by row and column by column, a third of its work on them.
  'spark.sql.execution.arrow.maxRecordsPerBatch': '16384',
  'spark.sql.execution.arrow.maxBytesPerBatch': '2147483647',
  'spark.sql.execution.arrow.compression.codec': 'none',
  'spark.sql.execution.arrow.useLargeVarTypes': 'false',
};
const PROGRAM_SETTING = 'spark.sql.execution.pyspark.python';

/** One Spark Connect server, and the session that this process has on it: opened when it is needed, again when it was lost. */
export class Cluster {
  readonly #options: ClusterOptions;
  #ready: Promise<ReadySession> | undefined;
  /** The artifacts that the session has, or is being sent, by name: Spark fails who sends what another is just sending. */
  #sent = new Map<string, Promise<void>>();
  #isLeft = false;
  #uses = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: ClusterOptions) {
    this.#options = options;
    // An address that can't be read is told before anything starts.
    parseRemote(options.remote);
  }

  /** Rejects with `Failure('unreachable')` or `Failure('unsupported')`; the next call tries anew. */
  ready(): Promise<ReadySession> {
    this.#ready ??= this.#open().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  /**
   * Says that the session is in use until the returned function is called. What it holds on the server and its executors
   * goes when nobody has used it for a while; who comes later gets another.
   */
  use(): () => void {
    this.#uses += 1;
    clearTimeout(this.#idle);
    return () => {
      this.#uses -= 1;
      if (this.#uses > 0) return;
      this.#idle = setTimeout(() => void this.close(), this.#options.idleMs ?? IDLE_MS);
      this.#idle.unref();
    };
  }

  /** A session that another process began, to attach to what runs in it. It is nobody's to end. */
  join(sessionId: string): Promise<SparkSession> {
    return SparkSession.open(parseRemote(this.#options.remote), {
      ...this.#options.session,
      sessionId,
    });
  }

  /** Makes a user's module known to the session; returns the name for commands. */
  async sendModule(path: string): Promise<string> {
    const { session } = await this.ready();
    const { fileName, artifact } = await shipModule(path);
    const sent = this.#sent;
    const sending = sent.get(artifact.name) ?? session.addArtifact(artifact);
    sent.set(artifact.name, sending);
    await sending.catch((error: unknown) => {
      sent.delete(artifact.name);
      throw error;
    });
    return fileName;
  }

  /** The server has forgotten the session: the next call gets another. */
  async forget(): Promise<void> {
    const ready = this.#ready;
    this.#ready = undefined;
    this.#sent = new Map();
    this.#isLeft = false;
    // One that never opened has told why to whoever wanted it.
    (await ready?.catch(() => undefined))?.session.close();
  }

  /** Something goes on in the session that others will attach to: it is not ended with us. */
  leaveSession(): void {
    this.#isLeft = true;
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const opening = this.#ready;
    const isLeft = this.#isLeft;
    this.#ready = undefined;
    this.#sent = new Map();
    this.#isLeft = false;
    const ready = await opening?.catch(() => undefined);
    if (isLeft) return ready?.session.close();
    // A server that is gone has no session to end.
    await ready?.session.release().catch(() => undefined);
  }

  async #open(): Promise<ReadySession> {
    const session = await SparkSession.open(
      parseRemote(this.#options.remote),
      this.#options.session,
    );
    try {
      const spark = supportedVersion(session);
      const runtime = await this.#options.runtime();
      if (runtime.artifact !== null) await session.addArtifact(runtime.artifact);
      await session.setConfig({ ...SETTINGS, [PROGRAM_SETTING]: runtime.executable });
      return { session, spark, cores: await coresOf(session) };
    } catch (error) {
      await session.release().catch(() => undefined);
      throw error;
    }
  }
}

function supportedVersion({ version, address }: SparkSession): SparkVersion {
  const found = SPARK_VERSIONS.find((known) => version.startsWith(`${known}.`));
  if (found !== undefined) return found;
  throw new Failure(
    'unsupported',
    `Spark Connect at ${address} runs Spark ${version}; Partita speaks to Spark ${SPARK_VERSIONS.join(', ')}.`,
  );
}

/** Spark plans a range with as many partitions as it has cores; the plan says how many. */
async function coresOf(session: SparkSession): Promise<number> {
  const plan = await session.explain(range(1_000_000));
  return Number(/splits=(?:Some\()?(\d+)/.exec(plan)?.[1] ?? 1);
}
