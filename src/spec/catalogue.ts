import {
  ASKED_TASKS,
  type AskedTask,
  isLowerBetter,
  METRICS,
  type Metric,
  metricsOf,
  type Task,
} from '../domain/metric.ts';
import { doesTask, registry } from '../estimators/registry.ts';
import { specJsonSchema } from './json-schema.ts';
import { type JsonSchema, outlineOf } from './schema-outline.ts';
import { templates } from './templates/catalogue.ts';

/** What a spec may be made of, for whoever offers a choice. */
export type Catalogue = {
  /** The simpler first. */
  readonly algorithms: readonly {
    readonly id: string;
    readonly tasks: readonly AskedTask[];
    readonly parameters: JsonSchema;
    readonly probabilities: boolean;
    readonly importance: boolean;
    readonly missing: boolean;
    readonly maxRows: number | null;
  }[];
  readonly metrics: readonly {
    readonly id: Metric;
    readonly task: Task;
    readonly isLowerBetter: boolean;
  }[];
  /** Engineering steps: what may stand under the one key of an entry. */
  readonly steps: readonly {
    readonly id: string;
    readonly description: string;
    readonly schema: JsonSchema;
  }[];
  readonly templates: readonly { readonly id: string; readonly content: string }[];
};

export function catalogue(): Catalogue {
  return {
    algorithms: registry.map(({ id, tasks, parameters, supports }) => ({
      id,
      tasks: ASKED_TASKS.filter((task) => doesTask({ tasks }, task)),
      parameters: outlineOf(parameters),
      probabilities: supports.probabilities,
      importance: supports.importance,
      missing: supports.missing,
      maxRows: supports.maxRows ?? null,
    })),
    metrics: METRICS.map((id) => ({
      id,
      task: metricsOf('forecast').includes(id) ? 'regression' : 'classification',
      isLowerBetter: isLowerBetter(id),
    })),
    steps: engineerSteps(),
    templates: templates.map(({ name, spec }) => ({ id: name, content: spec })),
  };
}

function engineerSteps(): Catalogue['steps'] {
  const features = specJsonSchema().properties?.['features'];
  const entries = features?.properties?.['engineer']?.items as JsonSchema | undefined;
  return (entries?.anyOf ?? []).flatMap(({ properties = {} }) =>
    Object.entries(properties).map(([id, schema]) => ({
      id,
      description: schema.description ?? '',
      schema,
    })),
  );
}
