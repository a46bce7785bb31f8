import { Failure } from '../domain/failure.ts';
import type { ModelLineage } from '../stores/lineage-store.ts';

/** Throws `Failure('unsupported')` where the digest is of several models that answer together; `what`: is asked of one. */
export function refuseBlend(
  { model, blend }: Pick<ModelLineage, 'model' | 'blend'>,
  what: string,
): void {
  if (blend === null) return;
  const parts = blend.map(
    ({ rung, model: part, weight }) => `${Math.round(100 * weight)} % ${rung} ${part}`,
  );
  throw new Failure(
    'unsupported',
    `${model} is a blend (${parts.join(', ')}) and has no ${what} of its own: ask for those of its models, and weigh what they say.`,
  );
}
