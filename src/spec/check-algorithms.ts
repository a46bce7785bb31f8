import type { JsonObject } from '../domain/json.ts';
import type { AskedTask } from '../domain/metric.ts';
import { suggestion } from '../domain/nearest-name.ts';
import { doesTask, findEstimator, registry } from '../estimators/registry.ts';
import type { Path } from './problem.ts';
import { outlineOf } from './schema-outline.ts';
import { type Finding, findingsOf } from './schema-problems.ts';
import { type AlgorithmEntry, algorithmSchema, type Candidate } from './spec.ts';

/** `random_forest` and `{ random_forest: { trees: 200 } }` in one form. */
export function namedParameters(entry: AlgorithmEntry): Candidate {
  if (typeof entry === 'string') return { algorithm: entry, parameters: {} };
  const [algorithm, parameters] = Object.entries(entry)[0] as [string, JsonObject];
  return { algorithm, parameters };
}

/**
 * Unknown algorithms, algorithms of the other task, parameters that they don't take, entries that stand twice. Takes the
 * raw list: entries that the schema refuses are not its concern.
 */
export function checkAlgorithms(entries: unknown, task: AskedTask | undefined): readonly Finding[] {
  if (!Array.isArray(entries)) return [];
  const seen = new Set<string>();
  return entries.flatMap((raw: unknown, i): readonly Finding[] => {
    const entry = algorithmSchema.safeParse(raw).data;
    if (entry === undefined) return [];
    const text = JSON.stringify(entry);
    if (seen.has(text))
      return [{ path: ['algorithms', i], part: 'value', message: 'This entry is here twice.' }];
    seen.add(text);
    return checkEntry(entry, task, ['algorithms', i]);
  });
}

function checkEntry(
  entry: AlgorithmEntry,
  task: AskedTask | undefined,
  path: Path,
): readonly Finding[] {
  const { algorithm, parameters } = namedParameters(entry);
  const at = typeof entry === 'string' ? path : [...path, algorithm];
  const part = typeof entry === 'string' ? 'value' : 'key';
  const estimator = findEstimator(algorithm);
  if (estimator === undefined)
    return [{ path: at, part, message: unknownAlgorithm(algorithm, task) }];
  if (task !== undefined && !doesTask(estimator, task))
    return [
      {
        path: at,
        part,
        message: `\`${algorithm}\` does ${estimator.tasks.join(' and ')}, not ${task}. Known for ${task}: ${idsFor(task)}.`,
      },
    ];
  const parsed = estimator.parameters.safeParse(parameters);
  if (parsed.success) return [];
  return findingsOf(parsed.error.issues, parameters, outlineOf(estimator.parameters), at);
}

function unknownAlgorithm(algorithm: string, task: AskedTask | undefined): string {
  const hint = suggestion(
    algorithm,
    registry.map(({ id }) => id),
  );
  return `\`${algorithm}\` is no known algorithm. ${hint}Known${task === undefined ? '' : ` for ${task}`}: ${idsFor(task)}.`;
}

function idsFor(task: AskedTask | undefined): string {
  return registry
    .filter((estimator) => task === undefined || doesTask(estimator, task))
    .map(({ id }) => `\`${id}\``)
    .join(', ');
}
