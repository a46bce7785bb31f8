import { createHash } from 'node:crypto';
import { type BlendPart, blendText } from '../domain/blend.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { ModelLineage, ModelMaking } from '../stores/lineage-store.ts';

/**
 * A lineage as PROV-JSON (W3C submission of 2013): data, models and specs are entities, the steps of runs are activities,
 * people and code are agents. Names are made of digests and ids only; what people see stands in `prov:label`.
 */
export type ProvDocument = {
  readonly prefix: { readonly [prefix: string]: string };
} & { readonly [relation in Relation]: { readonly [name: string]: JsonObject } };

const RELATIONS = [
  'entity',
  'activity',
  'agent',
  'used',
  'wasGeneratedBy',
  'wasDerivedFrom',
  'wasAssociatedWith',
  'actedOnBehalfOf',
  'wasAttributedTo',
] as const;
type Relation = (typeof RELATIONS)[number];

/** The namespace of our own names: they are looked up in the record, not on the web. */
const PREFIX = { partita: 'urn:partita:' };

export function provOf(lineage: ModelLineage): ProvDocument {
  const document = new Document();
  for (const making of lineage.makings) addMaking(document, making);
  if (lineage.blend !== null) addBlend(document, lineage.model, lineage.blend);
  return document.finish();
}

class Document {
  readonly #parts = Object.fromEntries(RELATIONS.map((name) => [name, {}])) as {
    readonly [relation in Relation]: { [name: string]: JsonObject };
  };

  /** Something with a name; the same again changes nothing. */
  put(kind: 'entity' | 'activity' | 'agent', name: string, attributes: JsonObject): string {
    this.#parts[kind][name] ??= attributes;
    return name;
  }

  /** A relation, named by what it says: the same again is one. */
  relate(relation: Relation, attributes: JsonObject): void {
    this.#parts[relation][`_:${hashOf(relation, attributes)}`] = attributes;
  }

  finish(): ProvDocument {
    return { prefix: PREFIX, ...this.#parts };
  }
}

/** Models that answer together: what they say is weighed. */
function addBlend(document: Document, digest: string, parts: readonly BlendPart[]): void {
  const blend = entity(document, 'blend', digest, { 'prov:label': blendText(parts) });
  for (const { model } of parts) derive(document, blend, entity(document, 'model', model, {}));
}

function addMaking(document: Document, making: ModelMaking): void {
  const { model, data, code, environment, runId, partitionId } = making;
  const person = document.put('agent', name('agent', hashOf(making.requestedBy)), {
    'prov:type': qualified('prov:Person'),
    'prov:label': making.requestedBy,
  });
  const software = document.put('agent', name('code', code.sourceDigest), {
    'prov:type': qualified('prov:SoftwareAgent'),
    'prov:label': code.gitCommit === null ? 'partita' : `partita at commit ${code.gitCommit}`,
    'partita:lockfile': code.lockfileDigest,
    'partita:fits_with': code.partitionBundleDigest ?? 'not recorded',
  });
  document.relate('actedOnBehalfOf', { 'prov:delegate': software, 'prov:responsible': person });
  const spec = entity(document, 'spec', making.spec, { 'prov:type': qualified('prov:Plan') });
  const snapshot = entity(document, 'snapshot', data.snapshot, {
    'prov:label': `${data.source.kind} ${data.source.location}`,
  });
  const rows = entity(document, 'rows', data.rows, { 'prov:label': making.partition });
  derive(document, rows, snapshot);
  const machine = entity(document, 'environment', environment.digest, {
    'prov:label': JSON.stringify(environment.facts),
  });
  for (const stage of new Set(making.edges.map((edge) => edge.stage))) {
    const activity = document.put('activity', name(stage, `${runId}-${partitionId}`), {
      'prov:type': qualified(`partita:${stage}`),
      'prov:label': `${stage} of ${making.partition} in run ${runId}`,
      ...timesOf(making),
      ...(stage === 'train' ? fitOf(making) : {}),
      ...(stage === 'select' ? selectionOf(making) : {}),
    });
    for (const edge of making.edges.filter((one) => one.stage === stage)) {
      const thing = edge.role === 'rows' ? rows : entity(document, edge.role, edge.digest, {});
      const ends = { 'prov:activity': activity, 'prov:entity': thing };
      const role = { 'prov:role': qualified(`partita:${edge.role}`) };
      document.relate(edge.direction === 'in' ? 'used' : 'wasGeneratedBy', { ...ends, ...role });
    }
    document.relate('used', { 'prov:activity': activity, 'prov:entity': machine });
    document.relate('wasAssociatedWith', {
      'prov:activity': activity,
      'prov:agent': software,
      'prov:plan': spec,
    });
  }
  const made = entity(document, 'model', model, {});
  derive(document, made, rows);
  document.relate('wasAttributedTo', { 'prov:entity': made, 'prov:agent': person });
}

function fitOf({ algorithm, parameters, seed, trainedRows, origin }: ModelMaking): JsonObject {
  return {
    'partita:algorithm': algorithm,
    'partita:parameters': JSON.stringify(parameters),
    'partita:seed': seed,
    'partita:trained_rows': trainedRows,
    // Taken over: that run has fitted it.
    ...(origin === null ? {} : { 'partita:fitted_by': origin }),
  };
}

function selectionOf({ selection }: ModelMaking): JsonObject {
  const origin = selection?.origin ?? null;
  return origin === null ? {} : { 'partita:selected_by': origin };
}

/** Of the attempt that was recorded; what was only taken over has none. */
function timesOf({ attempts }: ModelMaking): JsonObject {
  const kept = attempts.find(({ outcome }) => outcome === 'SUCCEEDED');
  if (kept === undefined) return {};
  return { 'prov:startTime': kept.startedAt, 'prov:endTime': kept.endedAt };
}

function entity(document: Document, kind: string, digest: string, more: JsonObject): string {
  return document.put('entity', name(kind, digest), {
    'prov:type': qualified(`partita:${kind}`),
    'partita:digest': digest,
    ...more,
  });
}

function derive(document: Document, made: string, from: string): void {
  document.relate('wasDerivedFrom', {
    'prov:generatedEntity': made,
    'prov:usedEntity': from,
  });
}

function qualified(value: string): Json {
  return { $: value, type: 'prov:QUALIFIED_NAME' };
}

function name(kind: string, id: string): string {
  return `partita:${kind}-${id.replace('sha256:', '')}`;
}

/** 32 hex digits, enough to tell names apart. */
function hashOf(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
