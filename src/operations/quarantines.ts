import { Failure } from '../domain/failure.ts';
import type { Annotation, Annotations } from '../stores/annotation-store.ts';
import type { Impact } from '../stores/impact.ts';
import type { Quarantine, QuarantineStore } from '../stores/quarantine-store.ts';
import type { OperationContext } from './context.ts';
import { askedBy } from './model-sets.ts';
import type { Asker } from './requests.ts';

/** Something with a digest, or a partition (of one experiment, where that is named). */
export type Asked = { readonly what: string; readonly experiment?: string | undefined };
/** Why is not left out: it is what every row says that is answered otherwise. */
export type Because = Asker & { readonly reason: string };

/** What bad data and bad models reach, what must not answer any more, and what people note; as commands and API ask for it. */
export interface Quarantines {
  impact(asked: Asked): Promise<Impact>;
  begin(asked: Asked, because: Because): Promise<Quarantine>;
  end(asked: Asked, because: Because): Promise<Quarantine>;
  list: QuarantineStore['quarantines'];
  changes: QuarantineStore['changes'];
  /** Of a run or a model, by id, alias, digest or the beginning of one. */
  annotate(what: string, annotation: Annotation, by?: Asker): Promise<Annotations>;
  annotations(what: string): Promise<Annotations>;
}

/** Of a reason, a note or a tag's value, in characters. */
const LONGEST = 2_000;

export function quarantines(
  act: <R>(work: (on: OperationContext) => Promise<R>) => Promise<R>,
): Quarantines {
  const change =
    (kind: 'quarantine' | 'release'): Quarantines['begin'] =>
    ({ what, experiment }, because) =>
      act(async (on) => {
        const reason = checked(because.reason, 'reason');
        const subject = await on.quarantine.subject(what, experiment);
        return on.quarantine[kind](subject, { ...askedBy(on, because), reason });
      });
  return {
    impact: ({ what, experiment }) =>
      act(async ({ quarantine }) => quarantine.impact(await quarantine.subject(what, experiment))),
    begin: change('quarantine'),
    end: change('release'),
    list: (page) => act(({ quarantine }) => quarantine.quarantines(page)),
    changes: (query) => act(({ quarantine }) => quarantine.changes(query)),
    annotate: (what, annotation, by) =>
      act(async (on) => {
        check(annotation);
        const of = await on.annotations.annotated(what);
        return on.annotations.annotate(of, annotation, askedBy(on, by));
      }),
    annotations: (what) =>
      act(async ({ annotations }) => annotations.annotations(await annotations.annotated(what))),
  };
}

function check(annotation: Annotation): void {
  if (annotation.kind === 'note') checked(annotation.text, 'note');
  else if (!/^[a-z][a-z0-9_.-]{0,63}$/.test(annotation.name))
    throw new Failure(
      'usage',
      `A tag's name is of a–z, 0–9, "_", "." and "-", 64 at most, and begins with a letter; "${annotation.name.slice(0, 80)}" is none.`,
    );
  if (annotation.kind === 'tag' && annotation.text !== '') checked(annotation.text, 'tag');
}

/** Postgres text can't hold U+0000. */
function checked(text: string, what: string): string {
  const words = text.trim();
  if (words !== '' && words.length <= LONGEST && !words.includes('\u0000')) return words;
  throw new Failure('usage', `A ${what} is of 1 to ${LONGEST} characters, none of them U+0000.`);
}
