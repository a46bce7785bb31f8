import { Failure, isFailure } from '../domain/failure.ts';
import { isTerminal } from '../domain/run.ts';
import {
  type Entries,
  type MlflowAddress,
  MlflowClient,
  type MlflowRun,
} from '../exchange/mlflow/client.ts';
import {
  globalEntries,
  mlflowStatus,
  partitionEntries,
  runEntries,
} from '../exchange/mlflow/entries.ts';
import { modelFiles } from '../exchange/mlflow/model-files.ts';
import { loadPipeline } from '../partition/pipeline-bytes.ts';
import { pipelineToOnnx } from '../partition/pipeline-onnx.ts';
import type { PackMember } from '../stores/objects/pack.ts';
import { GLOBAL_PARTITION, type RunRecord } from '../stores/run-records.ts';
import { trainedModel } from '../stores/trained-model.ts';
import type { OperationContext } from './context.ts';
import { runResult } from './result.ts';

export type MlflowExport = {
  /** Of the run in MLflow that the others are nested in. */
  readonly mlflowRun: string;
  readonly page: string;
  /** Runs that were written; 0: everything was there. */
  readonly written: number;
  readonly models: number;
};

type Context = Pick<OperationContext, 'runs' | 'objects' | 'reportsFolder'>;

/** In the tags of our runs in MLflow: which run of ours, and which part of it (empty: the run as a whole). */
const RUN = 'partita.run';
const PART = 'partita.part';
/** Set last: what lacks it was broken off, and is written again. */
const DONE = 'partita.exported';
const WHOLE = 'run';

/**
 * A run in MLflow: a run there, and nested in it one for each partition and the model without partition, with params,
 * metrics, tags and models. What is there already is left alone, so the same again changes nothing.
 */
export async function exportToMlflow(
  context: Context,
  id: string,
  to: MlflowAddress,
): Promise<MlflowExport> {
  const record = await context.runs.run(id);
  if (!isTerminal(record.status))
    throw new Failure('conflict', `Run ${record.runId} goes on: export it once it has ended.`);
  if (record.deletion !== null)
    throw new Failure('conflict', `Run ${record.runId} was deleted: restore it to export it.`);
  const client = new MlflowClient(to);
  const experiment = await client.experiment(record.experiment);
  const exporter = new Exporter(context, client, record, experiment);
  return exporter.export();
}

class Exporter {
  readonly #context: Context;
  readonly #client: MlflowClient;
  readonly #record: RunRecord;
  readonly #experiment: string;
  #written = 0;
  #models = 0;

  constructor(context: Context, client: MlflowClient, record: RunRecord, experiment: string) {
    this.#context = context;
    this.#client = client;
    this.#record = record;
    this.#experiment = experiment;
  }

  async export(): Promise<MlflowExport> {
    const { runs, objects } = this.#context;
    const { runId, experiment, requestedBy, spec, report } = this.#record;
    const known = await this.#runs({ [RUN]: runId, [PART]: WHOLE });
    const parent =
      known.get(WHOLE) ?? (await this.#create(WHOLE, `${experiment} ${runId.slice(0, 13)}`, {}));
    if (parent.tags[DONE] === undefined) {
      const nested = { 'mlflow.parentRunId': parent.id };
      const parts = await this.#runs(nested);
      const result = await runResult(this.#context, runId);
      const rows = new Map(result.partitions.map((row) => [row.partition, row]));
      for await (const { partitionId, text, trained } of runs.partitions(runId)) {
        const row = rows.get(text);
        if (row === undefined) throw new RangeError(`The result has no partition ${text}.`);
        const entries = partitionEntries(result.metric, row);
        const part = { id: partitionId, name: text, entries, model: trainedModel(trained)?.model };
        await this.#part(parts.get(partitionId), part, nested);
      }
      const global = trainedModel(await runs.globalTraining(runId));
      if (global !== null && result.global !== null) {
        const entries = globalEntries(result.metric, result.global);
        const part = {
          id: GLOBAL_PARTITION,
          name: 'without partition',
          entries,
          model: global.model,
        };
        await this.#part(parts.get(GLOBAL_PARTITION), part, nested);
      }
      const { data: _, ...told } = spec;
      if (report !== null) {
        await this.#client.put(parent, 'report.html', await objects.get(report.html));
        await this.#client.put(parent, 'report.json', await objects.get(report.json));
      }
      await this.#client.put(parent, 'spec.json', Buffer.from(JSON.stringify(spec)));
      const about = { requestedBy, seed: spec.seed, spec: told };
      await this.#finish(parent, runEntries(result, about));
    }
    const page = this.#client.page(this.#experiment, parent);
    return { mlflowRun: parent.id, page, written: this.#written, models: this.#models };
  }

  /** Ours with these tags, by their part. */
  async #runs(tags: { readonly [name: string]: string }) {
    const found = await this.#client.runs(this.#experiment, tags);
    return new Map(found.map((run) => [run.tags[PART] ?? '', run]));
  }

  #create(part: string, name: string, tags: { readonly [name: string]: string }) {
    const { runId, startedAt, createdAt } = this.#record;
    return this.#client.createRun({
      experiment: this.#experiment,
      name,
      startedAt: startedAt ?? createdAt,
      tags: { ...tags, [RUN]: runId, [PART]: part },
    });
  }

  async #part(
    known: MlflowRun | undefined,
    part: {
      readonly id: string;
      readonly name: string;
      readonly entries: Entries;
      readonly model: PackMember | undefined;
    },
    nested: { readonly [name: string]: string },
  ): Promise<void> {
    if (known?.tags[DONE] !== undefined) return;
    const run = known ?? (await this.#create(part.id, part.name, nested));
    const { entries } = part;
    const digest = entries.tags['partita.model'];
    if (part.model === undefined || digest === undefined) return this.#finish(run, entries);
    const { files, tags } = await this.#modelOf(run, digest, part.model);
    for (const [name, bytes] of files) await this.#client.put(run, `model/${name}`, bytes);
    this.#models++;
    await this.#finish(run, { ...entries, tags: { ...entries.tags, ...tags } });
  }

  async #modelOf({ id }: MlflowRun, digest: string, { pack, offset, length }: PackMember) {
    const bytes = await this.#context.objects.getRange(pack, offset, length);
    const pipeline = loadPipeline(bytes);
    const { sources: inputs, classes } = pipeline.contract;
    let onnx: Uint8Array | null = null;
    let tags: { readonly [name: string]: string } = {};
    try {
      onnx = pipelineToOnnx(pipeline, 'columns');
    } catch (error) {
      if (!isFailure(error) || error.kind !== 'unsupported') throw error;
      tags = { 'partita.without_onnx': error.message };
    }
    const made = { run: id, at: this.#record.endedAt ?? this.#record.createdAt };
    return { files: modelFiles({ digest, bytes, onnx, inputs, classes }, made), tags };
  }

  async #finish(run: MlflowRun, entries: Entries): Promise<void> {
    const { status, endedAt, createdAt } = this.#record;
    const at = endedAt ?? createdAt;
    await this.#client.log(run, entries, at);
    await this.#client.end(run, mlflowStatus(status), at);
    await this.#client.log(run, { params: {}, metrics: {}, tags: { [DONE]: at } }, at);
    this.#written++;
  }
}
