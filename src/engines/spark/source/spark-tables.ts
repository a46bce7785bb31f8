import { recordsFromArrow } from '../../../frame/arrow-tables.ts';
import { type Command, query, type Relation } from '../connect/plan.ts';
import type { SparkSession } from '../connect/spark-session.ts';

type Row = { readonly [column: string]: unknown };

/** Small answers from the cluster, and writes on it, until a signal aborts. */
export class SparkTables {
  readonly session: SparkSession;
  readonly #signal: AbortSignal;

  constructor(session: SparkSession, signal: AbortSignal) {
    this.session = session;
    this.#signal = signal;
  }

  /** All rows: one for each partition at most. */
  async rows(relation: Relation): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for await (const event of this.session.execute(query(relation), { signal: this.#signal }))
      if (event.kind === 'batch') rows.push(...recordsFromArrow(event.arrow));
    return rows;
  }

  async run(command: Command): Promise<void> {
    await this.session.run(command, { signal: this.#signal });
  }
}
