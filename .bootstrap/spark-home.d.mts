export type SparkRelease = { readonly version: string; readonly sha256: string };

export type SparkSearch = {
  /** Where the unpacked release is kept. */
  readonly toolsFolder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly tell: (line: string) => void;
  readonly release?: SparkRelease;
};

export const SPARK_RELEASES: readonly SparkRelease[];

/**
 * The home of a Spark that has Connect: PARTITA_SPARK_HOME or SPARK_HOME, else the pinned release, fetched once.
 * Throws an `Error` of one sentence when there is none to be had.
 */
export function obtainSpark(search: SparkSearch): Promise<string>;

/** The `java` that Spark will be run with. Throws an `Error` of one sentence when there is none or it is too old. */
export function findJava(environment: NodeJS.ProcessEnv): string;
