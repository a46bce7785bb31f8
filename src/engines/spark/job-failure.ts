import { Failure, isFailure } from '../../domain/failure.ts';
import type { GroupedMap } from '../engine.ts';
import { isSessionGone, SparkError } from './connect/spark-error.ts';
import { executorFailure } from './executor-error.ts';
import { explainLaunch } from './runtime/launcher.ts';

/** Conditions of Spark's for files that are not there. */
const MISSING = /^(PATH_NOT_FOUND|FAILED_READ_FILE\.FILE_NOT_EXIST)$/;
/** And for files that can't be read as Parquet. */
const UNREADABLE = /^(CANNOT_READ_FILE_FOOTER|FAILED_READ_FILE\..*|UNABLE_TO_INFER_SCHEMA)$/;
const LOST_FILE = /FileNotFoundException|ENOENT: no such file/;

/** What an error of a job means to whoever asked for it; what nobody expects stays as it is. */
export function jobFailure(error: unknown, { snapshot }: GroupedMap): unknown {
  if (!(error instanceof SparkError) || isFailure(error)) return error;
  if (isSessionGone(error))
    return new Failure(
      'unreachable',
      'Spark has lost the session: its server has restarted, or ended it. The work starts again in a new one.',
      { cause: error },
    );
  const texts = [error.message, ...error.causes.map(({ message }) => message)];
  const condition = error.condition ?? '';
  const isMissing = MISSING.test(condition) || texts.some((text) => LOST_FILE.test(text));
  if (isMissing)
    return new Failure(
      'unreachable',
      `Spark can't read ${snapshot.path} or what belongs to it: its driver and executors need the folder of PARTITA_FOLDER on storage that they share with this machine, under the same path.`,
      { cause: error },
    );
  if (UNREADABLE.test(condition))
    return new Failure('corrupt-object', `Spark can't read ${snapshot.path}: ${error.message}`, {
      cause: error,
    });
  const launch = texts.map(explainLaunch).find((text) => text !== undefined);
  if (launch !== undefined) return new Failure('unsupported', launch, { cause: error });
  return texts.map(executorFailure).find((failure) => failure !== undefined) ?? error;
}
