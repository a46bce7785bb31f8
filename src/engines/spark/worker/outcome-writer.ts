import { StructWriter } from '../../../frame/arrow-structs.ts';
import type { Outcome } from '../../engine.ts';
import { OUTCOME_COLUMNS, type OutcomeRow, outcomeToRow } from '../outcome-rows.ts';
import type { OutputStream } from './output-stream.ts';

/** Outcomes and bytes of one Arrow batch. */
const BATCH_ROWS = 256;
const BATCH_BYTES = 2 ** 20;
/** What a value of Arrow's binary type, and an array of the JVM, can hold. */
const VALUE_BYTES = 2 ** 31 - 1024;

/** Gathers outcomes into batches on their way to Spark. */
export class OutcomeWriter {
  readonly #output: OutputStream;
  readonly #structs = new StructWriter(OUTCOME_COLUMNS);
  #rows: OutcomeRow[] = [];
  #bytes = 0;

  constructor(output: OutputStream) {
    this.#output = output;
  }

  async add(outcome: Outcome): Promise<void> {
    const row = fittingRow(outcome);
    const bytes = row.log.length + (row.facts?.length ?? 0) + (row.blobs?.length ?? 0);
    if (this.#bytes + bytes > VALUE_BYTES) await this.flush();
    this.#rows.push(row);
    this.#bytes += bytes;
    if (this.#rows.length >= BATCH_ROWS || this.#bytes >= BATCH_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#rows.length === 0) return;
    const rows = this.#rows;
    this.#rows = [];
    this.#bytes = 0;
    const columns = OUTCOME_COLUMNS.map(({ name }) => rows.map((row) => row[name]));
    await this.#output.write(this.#structs.schema, this.#structs.batch(columns));
  }
}

function fittingRow(outcome: Outcome): OutcomeRow {
  if (outcome.kind === 'failed') return outcomeToRow(outcome);
  const bytes = [...outcome.blobs.values()].reduce((sum, { length }) => sum + length, 0);
  if (bytes < VALUE_BYTES) return outcomeToRow(outcome);
  const { task, ms, log } = outcome;
  const message = `Its result has ${bytes} bytes, more than the ${VALUE_BYTES} that a row of Spark holds.`;
  return outcomeToRow({ task, ms, log, kind: 'failed', reason: 'out_of_memory', message });
}
