import { FAILURE_KINDS, Failure, isFailure } from '../../domain/failure.ts';

/** Where on the cluster an error happened. */
type Place = { readonly stage: number; readonly partition: number; readonly attempt: number };

/** An executor's error as one text that Spark carries to the client: kind and message on the first line, then the stack. */
export function executorErrorText(error: unknown, place: Place | undefined): string {
  const known = error instanceof Error ? error : new Error(String(error));
  const kind = isFailure(known) ? known.kind : 'bug';
  const where =
    place === undefined
      ? ''
      : ` (stage ${place.stage}, partition ${place.partition}, attempt ${place.attempt})`;
  const stack = isFailure(known) ? '' : `\n${known.stack ?? ''}`;
  return `[PARTITA ${kind}] ${known.message}${where}${stack}`;
}

/** The failure that an executor told of, found in whatever Spark wrapped around it; `undefined` when there is none. */
export function executorFailure(text: string): Failure | undefined {
  const [, kind, message] = /\[PARTITA ([a-z-]+)\] (.*)/.exec(text) ?? [];
  const known = FAILURE_KINDS.find((name) => name === kind);
  return known === undefined || message === undefined ? undefined : new Failure(known, message);
}
