import { Failure } from '../../domain/failure.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { quotedAnswer } from '../quoted-answer.ts';
import { acceptedNames } from './names.ts';

/** Where an MLflow server is, and who asks. */
export type MlflowAddress = {
  /** Its own address, as MLFLOW_TRACKING_URI has it. */
  readonly url: string;
  /** The value of the header `authorization`; null: none is sent. */
  readonly authorization: string | null;
  /** What of that header nobody may see. */
  readonly secrets: readonly string[];
};

export type Tags = { readonly [name: string]: string };

export type MlflowRun = { readonly id: string; readonly artifactUri: string; readonly tags: Tags };

/** What a run says of itself. Values longer than the server takes are cut off. */
export type Entries = {
  readonly params: { readonly [name: string]: string };
  readonly metrics: { readonly [name: string]: number };
  readonly tags: Tags;
};

export type MlflowStatus = 'FINISHED' | 'FAILED' | 'KILLED';

const PATIENCE_MS = 60_000;
/** The server's own limits. */
const PARAMS_PER_CALL = 100;
const METRICS_PER_CALL = 800;
const LONGEST_PARAM = 6_000;
const LONGEST_TAG = 8_000;
const RUNS_PER_PAGE = 1_000;

type RunMessage = {
  readonly info: { readonly run_id: string; readonly artifact_uri: string };
  readonly data: { readonly tags?: readonly { readonly key: string; readonly value: string }[] };
};

/** An MLflow server by its REST API. Every call throws `Failure('unreachable')` where the server does not do it. */
export class MlflowClient {
  readonly #address: MlflowAddress;

  constructor(address: MlflowAddress) {
    this.#address = address;
  }

  /** The id of the experiment of that name; made where there is none. */
  async experiment(name: string): Promise<string> {
    const query = `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`;
    type Found = { experiment: { experiment_id: string; lifecycle_stage: string } };
    const found = await this.#ask<Found>('GET', query, undefined, [404]);
    if (found === null)
      return (await this.#post<{ experiment_id: string }>('experiments/create', { name }))
        .experiment_id;
    if (found.experiment.lifecycle_stage === 'deleted')
      throw new Failure(
        'conflict',
        `The MLflow experiment "${name}" was deleted: restore it there, or delete it for good, and export again.`,
      );
    return found.experiment.experiment_id;
  }

  /** Every run with these tags. */
  async runs(experiment: string, tags: Tags): Promise<readonly MlflowRun[]> {
    const filter = Object.entries(tags)
      .map(([name, value]) => `tags.\`${name}\` = '${value}'`)
      .join(' and ');
    const found: MlflowRun[] = [];
    for (let page: string | undefined; ; ) {
      const answer = await this.#post<{ runs?: RunMessage[]; next_page_token?: string }>(
        'runs/search',
        {
          experiment_ids: [experiment],
          filter,
          max_results: RUNS_PER_PAGE,
          ...(page === undefined ? {} : { page_token: page }),
        },
      );
      found.push(...(answer.runs ?? []).map(runOf));
      if (!answer.next_page_token) return found;
      page = answer.next_page_token;
    }
  }

  async createRun(run: {
    readonly experiment: string;
    readonly name: string;
    readonly startedAt: string;
    readonly tags: Tags;
  }): Promise<MlflowRun> {
    const answer = await this.#post<{ run: RunMessage }>('runs/create', {
      experiment_id: run.experiment,
      run_name: run.name,
      start_time: Date.parse(run.startedAt),
      tags: listed(run.tags),
    });
    return runOf(answer.run);
  }

  /** `at`: when the metrics were measured. The same again changes nothing. */
  async log(run: MlflowRun, { params, metrics, tags }: Entries, at: string): Promise<void> {
    const timestamp = Date.parse(at);
    const numbers = renamed(Object.entries(metrics)).map(([key, value]) => ({
      key,
      value,
      timestamp,
      step: 0,
    }));
    const texts = renamed(Object.entries(params)).map(([key, value]) => ({
      key,
      value: value.slice(0, LONGEST_PARAM),
    }));
    const calls = [
      ...inParts(numbers, METRICS_PER_CALL).map((part) => ({ metrics: part })),
      ...inParts(texts, PARAMS_PER_CALL).map((part) => ({ params: part })),
      ...inParts(listed(tags), PARAMS_PER_CALL).map((part) => ({ tags: part })),
    ];
    for (const call of calls) await this.#post('runs/log-batch', { run_id: run.id, ...call });
  }

  /** Sends a file through the server, which must serve artifacts. */
  async put({ artifactUri }: MlflowRun, path: string, bytes: Uint8Array): Promise<void> {
    // Elsewhere they may be kept at a bare path, which is no URL.
    if (!artifactUri.startsWith('mlflow-artifacts:'))
      throw new Failure(
        'unsupported',
        `This MLflow server keeps files at ${artifactUri} and takes none itself: start it with --serve-artifacts.`,
      );
    const { pathname } = new URL(artifactUri);
    const place = `mlflow-artifacts/artifacts${pathname}/${path}`;
    await this.#send('PUT', place, Uint8Array.from(bytes), 'application/octet-stream');
  }

  async end(run: MlflowRun, status: MlflowStatus, endedAt: string): Promise<void> {
    await this.#post('runs/update', { run_id: run.id, status, end_time: Date.parse(endedAt) });
  }

  /** Where a person finds the run. */
  page(experiment: string, run: MlflowRun): string {
    return `${this.#base()}#/experiments/${experiment}/runs/${run.id}`;
  }

  #base(): string {
    const { url } = this.#address;
    return url.endsWith('/') ? url : `${url}/`;
  }

  #post<Answer>(path: string, body: JsonObject): Promise<Answer> {
    return this.#ask<Answer>('POST', path, body) as Promise<Answer>;
  }

  /** Null where the server answers with one of the statuses `absent`. */
  async #ask<Answer>(
    method: 'GET' | 'POST',
    path: string,
    body?: Json,
    absent: readonly number[] = [],
  ): Promise<Answer | null> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await this.#send(method, `mlflow/${path}`, text, 'application/json', absent);
    return answer === null ? null : (JSON.parse(answer) as Answer);
  }

  async #send(
    method: string,
    path: string,
    body: string | Uint8Array<ArrayBuffer> | undefined,
    type: string,
    absent: readonly number[] = [],
  ): Promise<string | null> {
    const { authorization, secrets } = this.#address;
    const place = `${this.#base()}api/2.0/${path}`;
    let response: Response;
    let text: string;
    try {
      response = await fetch(place, {
        method,
        headers: { 'content-type': type, ...(authorization && { authorization }) },
        ...(body !== undefined && { body }),
        redirect: 'error',
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      text = await response.text();
    } catch (cause) {
      throw new Failure(
        'unreachable',
        `The MLflow server at ${this.#base()} does not answer: check the address, and that it runs.`,
        { cause },
      );
    }
    if (absent.includes(response.status)) return null;
    if (response.ok) return text;
    throw new Failure(
      'unreachable',
      `The MLflow server answered ${method} ${path.split('?')[0]} with ${response.status}: ${quotedAnswer(text, secrets)}`,
    );
  }
}

function runOf({ info, data }: RunMessage): MlflowRun {
  const tags = Object.fromEntries((data.tags ?? []).map(({ key, value }) => [key, value]));
  return { id: info.run_id, artifactUri: info.artifact_uri, tags };
}

function listed(entries: Tags) {
  return Object.entries(entries).map(([key, value]) => ({
    key,
    value: value.slice(0, LONGEST_TAG),
  }));
}

function renamed<Value>(
  entries: readonly (readonly [string, Value])[],
): readonly (readonly [string, Value])[] {
  const names = acceptedNames(entries.map(([text]) => text));
  return entries.map(([text, value]) => [names.get(text) ?? text, value]);
}

function inParts<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size));
}
