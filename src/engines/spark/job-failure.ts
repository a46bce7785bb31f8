import { Failure, isFailure } from '../../domain/failure.ts';
import { isSessionGone, SparkError } from './connect/spark-error.ts';
import { executorFailure } from './executor-error.ts';
import { explainLaunch } from './runtime/launcher.ts';

/** Conditions of Spark's for files that are not there. */
const MISSING = /^(PATH_NOT_FOUND|FAILED_READ_FILE\.FILE_NOT_EXIST)$/;
/** And for files that can't be read as Parquet. */
const UNREADABLE = /^(CANNOT_READ_FILE_FOOTER|FAILED_READ_FILE\..*|UNABLE_TO_INFER_SCHEMA)$/;
const LOST = /FileNotFoundException/;
/** What our program says of the folds, or another file of the run. */
const LOST_INPUT = /ENOENT: no such file or directory, open '([^']*)'/;

/** What an error of a job means to whoever asked for it; what nobody expects stays as it is. */
export function jobFailure(
  error: unknown,
  { snapshot }: { readonly snapshot: { readonly path: string } },
): unknown {
  if (!(error instanceof SparkError) || isFailure(error)) return error;
  if (isSessionGone(error))
    return new Failure(
      'unreachable',
      'Spark has lost the session: its server has restarted, or ended it. The work starts again in a new one.',
      { cause: error },
    );
  const texts = textsOf(error);
  const input = texts.map((text) => LOST_INPUT.exec(text)?.[1]).find((path) => path !== undefined);
  if (input !== undefined) return new Failure('unreachable', inputText(input), { cause: error });
  if (isSnapshotMissing(error))
    return new Failure('unreachable', storageText(snapshot.path), { cause: error });
  if (UNREADABLE.test(error.condition ?? ''))
    return new Failure('corrupt-object', `Spark can't read ${snapshot.path}: ${error.message}`, {
      cause: error,
    });
  const launch = texts.map(explainLaunch).find((text) => text !== undefined);
  if (launch !== undefined) return new Failure('unsupported', launch, { cause: error });
  return texts.map(executorFailure).find((failure) => failure !== undefined) ?? error;
}

/** The same of the job that looks whether Spark sees our files: that it does not is final there. */
export function probeFailure(error: unknown, path: string): unknown {
  if (error instanceof SparkError && isSnapshotMissing(error))
    return new Failure('unsupported', storageText(path), { cause: error });
  return jobFailure(error, { snapshot: { path } });
}

function isSnapshotMissing(error: SparkError): boolean {
  return MISSING.test(error.condition ?? '') || textsOf(error).some((text) => LOST.test(text));
}

function storageText(path: string): string {
  return `Spark can't read ${path}: its driver and executors need the folder of PARTITA_FOLDER on storage that they share with this machine, under the same path.`;
}

function inputText(path: string): string {
  return `An executor can't read ${path}, which belongs to the run as the snapshot does: it was removed, or this executor does not share the folder of PARTITA_FOLDER with this machine.`;
}

function textsOf({ message, causes }: SparkError): readonly string[] {
  return [message, ...causes.map((cause) => cause.message)];
}
