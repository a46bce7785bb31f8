import { resolve } from 'node:path';
import type { JsonObject } from '../../domain/json.ts';
import type { Announcement, PartitionSet } from '../../stores/outbox-store.ts';
import { ownFacet, standardFacet } from './facets.ts';

/** Who writes the events, and under which namespace our own jobs and data are. */
export type Producer = {
  readonly uri: string;
  readonly version: string;
  readonly namespace: string;
};

/** A dataset of an event, whichever side it stands on. */
type Dataset = {
  readonly namespace: string;
  readonly name: string;
  readonly facets: JsonObject;
  /** Which partitions of it are meant; null: all, or it has none. */
  readonly parts: PartitionSet | null;
};

export class Datasets {
  readonly #by: Producer;
  readonly #told: Announcement;

  constructor(by: Producer, told: Announcement) {
    this.#by = by;
    this.#told = told;
  }

  /** Where the rows come from; nothing where that is known only once they are read. */
  source(): readonly Dataset[] {
    const place = sourcePlace(this.#told);
    if (place === null) return [];
    const { snapshot } = this.#told.run;
    const facets = this.#told.table === null || snapshot === null ? {} : this.#schema();
    return [{ ...place, facets, parts: null }];
  }

  snapshot(parts: PartitionSet | null): readonly Dataset[] {
    const { snapshot } = this.#told.run;
    if (snapshot === null) return [];
    return [this.#own('snapshot', snapshot.digest, parts, this.#schema())];
  }

  folds(): readonly Dataset[] {
    const { plan } = this.#told.run;
    return plan === null ? [] : [this.#own('folds', plan.folds, null)];
  }

  /** What a stage makes of partitions: named by the run. */
  made(what: 'profiles' | 'models' | 'scores' | 'model_set', parts: PartitionSet | null) {
    return [this.#own(what, this.#told.run.runId, parts)];
  }

  report(): readonly Dataset[] {
    const { report } = this.#told.run;
    return report === null ? [] : [this.#own('report', report.json, null)];
  }

  #own(what: string, version: string, parts: PartitionSet | null, more: JsonObject = {}): Dataset {
    const facets = {
      version: standardFacet(this.#by.uri, 'DatasetVersionDatasetFacet', {
        datasetVersion: version,
      }),
      ...more,
      ...(parts !== null && {
        partita_partitions: ownFacet(this.#by.uri, 'partita_partitions', {
          count: parts.count,
          rows: parts.rows,
          digest: parts.digest,
          listed: parts.listed !== null,
        }),
      }),
    };
    const { namespace } = this.#by;
    return { namespace, name: `${this.#told.run.experiment}.${what}`, facets, parts };
  }

  #schema(): JsonObject {
    const fields = (this.#told.run.snapshot?.columns ?? []).map(({ name, sourceType }) => ({
      name,
      type: sourceType,
    }));
    return { schema: standardFacet(this.#by.uri, 'SchemaDatasetFacet', { fields }) };
  }
}

export function asInputs(by: Producer, datasets: readonly Dataset[]): readonly JsonObject[] {
  return datasets.map(({ parts, ...dataset }) => ({
    ...dataset,
    ...(parts !== null && {
      inputFacets: {
        inputStatistics: standardFacet(by.uri, 'InputStatisticsInputDatasetFacet', {
          rowCount: parts.rows,
        }),
        ...(parts.listed !== null && {
          subset: standardFacet(by.uri, 'InputSubsetInputDatasetFacet', {
            inputCondition: conditionOf(parts.listed),
          }),
        }),
      },
    }),
  }));
}

export function asOutputs(by: Producer, datasets: readonly Dataset[]): readonly JsonObject[] {
  return datasets.map(({ parts, ...dataset }) => ({
    ...dataset,
    ...(parts !== null && {
      outputFacets: {
        outputStatistics: standardFacet(by.uri, 'OutputStatisticsOutputDatasetFacet', {
          rowCount: parts.rows,
        }),
        ...(parts.listed !== null && {
          subset: standardFacet(by.uri, 'OutputSubsetOutputDatasetFacet', {
            outputCondition: conditionOf(parts.listed),
          }),
        }),
      },
    }),
  }));
}

function conditionOf(listed: NonNullable<PartitionSet['listed']>): JsonObject {
  return {
    type: 'partition',
    partitions: listed.map(({ text, key }) => ({ identifier: text, dimensions: key })),
  };
}

/** By the naming conventions of OpenLineage: a store's address, and the name within it. */
function sourcePlace({
  run: { spec, baseFolder, location },
  table,
}: Announcement): Pick<Dataset, 'namespace' | 'name'> | null {
  const { source } = spec.data;
  if (source.kind === 'postgres') return table && postgresPlace(location ?? '');
  if (source.kind === 'spark' && source.table !== undefined)
    return { namespace: 'spark', name: source.table };
  const path = source.path ?? '';
  if (!URL.canParse(path) || /^[a-z]:/i.test(path))
    return { namespace: 'file', name: resolve(baseFolder, path) };
  const { protocol, host, pathname } = new URL(path);
  return { namespace: `${protocol}//${host}`, name: pathname };
}

/** The record says `host:port/database table NAME`, or `… query`. */
function postgresPlace(location: string): Pick<Dataset, 'namespace' | 'name'> {
  const [, server, database, what = location] = /^([^/\s]+)\/(\S+) (.+)$/.exec(location) ?? [];
  const name = what.replace(/^table /, '');
  return server === undefined
    ? { namespace: 'postgres', name }
    : { namespace: `postgres://${server}`, name: `${database}.${name}` };
}
