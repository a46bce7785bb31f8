import { StructWriter } from '../../../frame/arrow-structs.ts';
import type { Outcome } from '../../engine.ts';
import { OUTCOME_COLUMNS, type OutcomeRow, outcomeToRow } from '../outcome-rows.ts';
import { blobsOf, type LeftPacks } from './left-packs.ts';
import type { OutputStream } from './output-stream.ts';

/** Outcomes of one Arrow batch, and their bytes: of what goes to Spark, or into one pack of a store. */
const BATCH_ROWS = 256;
const BATCH_BYTES = 2 ** 20;
const PACK_BYTES = 2 ** 24;
/** What a value of Arrow's binary type, and an array of the JVM, can hold. */
const VALUE_BYTES = 2 ** 31 - 1024;

/**
 * Gathers outcomes into batches on their way to Spark. Their blobs are left for a store where that takes them from here, else
 * they go with the outcomes.
 */
export class OutcomeWriter {
  readonly #output: OutputStream;
  readonly #structs = new StructWriter(OUTCOME_COLUMNS);
  readonly #packs: LeftPacks;
  #outcomes: Outcome[] = [];
  #bytes = 0;

  constructor(output: OutputStream, packs: LeftPacks) {
    this.#output = output;
    this.#packs = packs;
  }

  async add(outcome: Outcome): Promise<void> {
    const bytes = outcome.log.length + blobBytes(outcome);
    if (this.#bytes + bytes > VALUE_BYTES) await this.flush();
    this.#outcomes.push(outcome);
    this.#bytes += bytes;
    const most = (await this.#packs.isOpen()) ? PACK_BYTES : BATCH_BYTES;
    if (this.#outcomes.length >= BATCH_ROWS || this.#bytes >= most) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#outcomes.length === 0) return;
    const outcomes = this.#outcomes;
    this.#outcomes = [];
    this.#bytes = 0;
    const rows = (await this.#packs.leave(outcomes)).map(fittingRow);
    const columns = OUTCOME_COLUMNS.map(({ name }) => rows.map((row) => row[name] ?? null));
    await this.#output.write(this.#structs.schema, this.#structs.batch(columns));
  }
}

function fittingRow(outcome: Outcome): OutcomeRow {
  if (outcome.kind === 'failed') return outcomeToRow(outcome);
  const bytes = blobBytes(outcome);
  if (bytes < VALUE_BYTES) return outcomeToRow(outcome);
  const { task, ms, log } = outcome;
  const message = `Its result has ${bytes} bytes, more than the ${VALUE_BYTES} that a row of Spark holds.`;
  return outcomeToRow({ task, ms, log, kind: 'failed', reason: 'out_of_memory', message });
}

function blobBytes(outcome: Outcome): number {
  return blobsOf(outcome).reduce((sum, { length }) => sum + length, 0);
}
