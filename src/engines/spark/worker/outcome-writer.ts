import { StructWriter } from '../../../frame/arrow-structs.ts';
import {
  type ExecutorsFolder,
  isShared,
  type WaitingMember,
  writePack,
} from '../../../stores/objects/executors-folder.ts';
import { codeOf } from '../../../stores/objects/file-failure.ts';
import type { Outcome } from '../../engine.ts';
import { OUTCOME_COLUMNS, type OutcomeRow, outcomeToRow } from '../outcome-rows.ts';
import type { OutputStream } from './output-stream.ts';

/** Outcomes of one Arrow batch, and their bytes: of what goes to Spark, or into one pack of the store. */
const BATCH_ROWS = 256;
const BATCH_BYTES = 2 ** 20;
const PACK_BYTES = 2 ** 24;
/** What a value of Arrow's binary type, and an array of the JVM, can hold. */
const VALUE_BYTES = 2 ** 31 - 1024;

/**
 * Gathers outcomes into batches on their way to Spark. Their blobs go into the store if there is one that this executor
 * shares and can write to, else with the outcomes.
 */
export class OutcomeWriter {
  readonly #output: OutputStream;
  readonly #structs = new StructWriter(OUTCOME_COLUMNS);
  /** Where blobs go, once it has been looked at. */
  readonly #store: Promise<ExecutorsFolder | undefined>;
  #outcomes: Outcome[] = [];
  #bytes = 0;
  #isStoreFull = false;

  constructor(output: OutputStream, store: ExecutorsFolder | undefined) {
    this.#output = output;
    this.#store = sharedOf(store);
  }

  async add(outcome: Outcome): Promise<void> {
    const bytes = outcome.log.length + blobBytes(outcome);
    if (this.#bytes + bytes > VALUE_BYTES) await this.flush();
    this.#outcomes.push(outcome);
    this.#bytes += bytes;
    const most = (await this.#folder()) === undefined ? BATCH_BYTES : PACK_BYTES;
    if (this.#outcomes.length >= BATCH_ROWS || this.#bytes >= most) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#outcomes.length === 0) return;
    const outcomes = this.#outcomes;
    this.#outcomes = [];
    this.#bytes = 0;
    const rows = (await this.#stored(outcomes)).map(fittingRow);
    const columns = OUTCOME_COLUMNS.map(({ name }) => rows.map((row) => row[name] ?? null));
    await this.#output.write(this.#structs.schema, this.#structs.batch(columns));
  }

  async #stored(outcomes: readonly Outcome[]): Promise<readonly Outcome[]> {
    const folder = await this.#folder();
    if (folder === undefined) return outcomes;
    try {
      return await storeBlobs(folder, outcomes);
    } catch (error) {
      // The system's refusal (no space, no permission) concerns the folder, not the results.
      if (codeOf(error) === '') throw error;
      this.#isStoreFull = true;
      return outcomes;
    }
  }

  async #folder(): Promise<ExecutorsFolder | undefined> {
    return this.#isStoreFull ? undefined : this.#store;
  }
}

async function sharedOf(store: ExecutorsFolder | undefined): Promise<ExecutorsFolder | undefined> {
  return store !== undefined && (await isShared(store)) ? store : undefined;
}

async function storeBlobs(
  folder: ExecutorsFolder,
  outcomes: readonly Outcome[],
): Promise<readonly Outcome[]> {
  const blobs = outcomes.flatMap((outcome) =>
    outcome.kind === 'ok' ? [...outcome.blobs.values()] : [],
  );
  if (blobs.length === 0) return outcomes;
  const members = await writePack(folder, blobs);
  let next = 0;
  return outcomes.map((outcome) => {
    if (outcome.kind === 'failed') return outcome;
    const names = [...outcome.blobs.keys()];
    const stored = names.map((name) => [name, members[next++] as WaitingMember] as const);
    return { ...outcome, blobs: new Map(), stored: new Map(stored) };
  });
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
  if (outcome.kind === 'failed') return 0;
  return [...outcome.blobs.values()].reduce((sum, { length }) => sum + length, 0);
}
