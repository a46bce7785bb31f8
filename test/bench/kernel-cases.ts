import type { JsonObject } from '../../src/domain/json.ts';
import { isTask, type Task } from '../../src/domain/metric.ts';
import type { Estimator } from '../../src/estimators/estimator.ts';

/** One algorithm with parameters that mean the same to the peer. */
export type KernelCase = {
  readonly name: string;
  readonly estimator: Estimator;
  readonly task: Task;
  readonly parameters: JsonObject;
};

/** Parameters whose defaults differ from the peer's. */
const PARAMETERS: { readonly [id: string]: readonly JsonObject[] } = {
  lasso: [{ alpha: 0.05 }],
  elastic_net: [{ alpha: 0.05 }],
  logistic: [{}, { penalty: 'l1' }],
};

/**
 * Every algorithm for every task it has, or those asked for; `mljs/…` only when asked: `reference` figures say what it
 * costs.
 */
export function casesOf(
  registry: readonly Estimator[],
  asked: readonly string[] | undefined,
): readonly KernelCase[] {
  const unknown = asked?.find((id) => !registry.some((estimator) => estimator.id === id));
  if (unknown !== undefined) throw new RangeError(`There is no algorithm "${unknown}".`);
  return registry
    .filter(({ id }) => asked?.includes(id) ?? (id !== 'baseline' && !id.startsWith('mljs/')))
    .flatMap((estimator) =>
      estimator.tasks.filter(isTask).flatMap((task) =>
        (PARAMETERS[estimator.id] ?? [{}]).map((parameters) => ({
          name: nameOf(estimator.id, task, parameters),
          estimator,
          task,
          parameters,
        })),
      ),
    );
}

function nameOf(id: string, task: Task, { penalty }: JsonObject): string {
  const short = task === 'classification' ? 'classes' : 'numbers';
  return [id, ...(typeof penalty === 'string' ? [penalty] : []), short].join(' ');
}

type Goal = { readonly what: 'fitMs' | 'rowMicros'; readonly least: number };

/** How many times the peer's time a row has to reach, where that was promised. */
export function goalOf(
  { estimator, task, parameters }: KernelCase,
  rows: number,
): Goal | undefined {
  const fit = (least: number): Goal => ({ what: 'fitMs', least });
  switch (estimator.id) {
    case 'random_forest':
      return fit(task === 'classification' ? 5 : 3);
    case 'gradient_boosting':
      return fit(rows >= 50_000 ? 1.5 : 2);
    case 'logistic':
      return parameters['penalty'] === undefined ? fit(1.3) : undefined;
    case 'decision_tree':
      return fit(4);
    case 'ridge':
    case 'naive_bayes':
      return rows <= 5000 ? fit(1) : undefined;
    case 'knn':
      return rows === 10_000 ? { what: 'rowMicros', least: 0.5 } : undefined;
    default:
      return undefined;
  }
}
