import { mkdir } from 'node:fs/promises';
import { availableParallelism, userInfo } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../migrations/migrate.ts';
import { type Config, environmentVariable, readConfig } from './config.ts';
import { Failure, isFailure } from './domain/failure.ts';
import { buildDigest } from './embedded/build-digest.ts';
import { logPathOf } from './embedded/log-file.ts';
import { packageRoot } from './embedded/package-root.ts';
import type { PartName } from './embedded/part-record.ts';
import {
  deadParts,
  ensureStack,
  namedStack,
  runningDatabase,
  type Stack,
} from './embedded/stack.ts';
import { announceWorkerReady } from './embedded/worker-process.ts';
import { type EngineSetting, OpenEngines } from './engines/open-engines.ts';
import type { OperationContext, Workshop } from './operations/context.ts';
import { codeVersion, environmentFacts } from './operations/environment.ts';
import { runReport } from './operations/report.ts';
import { runResult } from './operations/result.ts';
import { runFacts } from './operations/run-facts.ts';
import { controlRun, runState, watchRun } from './operations/run-state.ts';
import { listRuns } from './operations/runs.ts';
import type { Scorer } from './operations/scorer.ts';
import type { Services } from './operations/services.ts';
import { sourceLook } from './operations/sources.ts';
import { submitRun } from './operations/submit.ts';
import { checkSource } from './sources/check-source.ts';
import { takeSnapshot } from './sources/snapshot-process.ts';
import { DEFAULT_SNAPSHOT_LIMITS } from './sources/snapshot-request.ts';
import { resolveSourceUrl } from './sources/source-url.ts';
import { resolveRemote, variableOfEngine } from './spec/engine.ts';
import { type Source, variableOf } from './spec/source.ts';
import type { Spec } from './spec/spec.ts';
import { createFileObjectStore } from './stores/objects/file-object-store.ts';
import { connectDatabase, hasNoSchema } from './stores/postgres/connect.ts';
import { createPostgresAuditStore } from './stores/postgres/postgres-audit-store.ts';
import { createPostgresBookmarkStore } from './stores/postgres/postgres-bookmark-store.ts';
import { createPostgresLineageStore } from './stores/postgres/postgres-lineage-store.ts';
import { createPostgresRunFactsStore } from './stores/postgres/postgres-run-facts-store.ts';
import { createPostgresRunStore } from './stores/postgres/postgres-run-store.ts';
import type { FitTime } from './stores/run-store.ts';
import { connectClient } from './temporal/connection.ts';
import { workflowBundle } from './temporal/workflow-bundle.ts';

/** Batches that one worker works on at once: enough to keep every thread busy while others commit. */
const CONCURRENT_ACTIVITIES = 8;

/** Candidates on partitions whose times tell how fast the algorithms are here. */
const FIT_TIMES = 2000;

/** What dies again and again is not helped by starting it. */
const MAX_REPAIRS = 5;

/**
 * Everything wired together. Opens nothing; each call connects to what it needs, and loads what only it needs: the worker,
 * DuckDB and the estimators would double the time and memory of a command that only submits or asks.
 */
export async function createServices(config: Config = readConfig()): Promise<Services> {
  const system = new System(config);
  const act = async <Result>(action: (context: OperationContext) => Promise<Result>) =>
    action(await system.context());
  return {
    stateFolder: config.folder,
    submit: async (prepared, options) => {
      // Before any part is started; under a key the run may be there already.
      if (options?.idempotencyKey === undefined)
        await checkSource(prepared.spec.data.source, prepared.baseFolder);
      await system.lendSecrets(prepared.spec);
      return act((context) => submitRun(context, prepared, options));
    },
    state: (run) => act((context) => runState(context, run)),
    watch: (run, onState, signal) => watchRun(() => system.repaired(), run, onState, signal),
    control: (run, control) => act((context) => controlRun(context, run, control)),
    result: (run) => act((context) => runResult(context, run)),
    runs: (options) => act((context) => listRuns(context, options)),
    report: (run, format) => act((context) => runReport(context, run, format)),
    facts: runFacts(act),
    sources: sourceLook(config.folder, (source) => system.addressOf(source)),
    audit: {
      append: (event) => act(({ audit }) => audit.append(event)),
      list: (page) => act(({ audit }) => audit.list(page)),
    },
    temporalUi: () => act(async ({ temporalUi }) => temporalUi),
    plan: async (prepared) => {
      const { planRun } = await import('./operations/plan.ts');
      return planRun(await system.workshop(prepared.spec), prepared);
    },
    predict: async (request) => {
      const { predict } = await import('./operations/predict.ts');
      return act((context) => predict(context, request));
    },
    score: async (run, rows) => (await system.scorer()).score(run, rows),
    modelCard: async (model) => {
      const { modelCard } = await import('./operations/model-card.ts');
      return act((context) => modelCard(context, model));
    },
    predictions: async (request) => {
      const { writePredictions } = await import('./operations/predictions.ts');
      return act((context) => writePredictions(context, request));
    },
    exportModel: async (model, format) => {
      const { exportModel } = await import('./operations/export-model.ts');
      return act((context) => exportModel(context, model, format));
    },
    lineage: (model) => act(({ lineage }) => lineage.lineageOfModel(model)),
    debug: async (request, onStep) => {
      const { debugPartition } = await import('./operations/debug.ts');
      return debugPartition(await system.workshop(request.spec), request, onStep);
    },
    bundleForSpark: async (request) => {
      const { bundleForSpark } = await import('./operations/spark-bundle.ts');
      return bundleForSpark(request);
    },
    loadExample: async () => {
      const { loadMiningExample } = await import('./operations/mining-example.ts');
      return loadMiningExample((await system.stack(true)).dataUrl);
    },
    migrate: async () => migrateDatabase((await system.stack(false)).databaseUrl),
    work: (stop) => system.work(stop),
    close: () => system.close(),
  };
}

export async function migrateDatabase(
  url: string,
): Promise<{ readonly applied: readonly string[] }> {
  const database = connectDatabase({ url, application: 'partita migrate', maxConnections: 1 });
  try {
    return await migrate(database);
  } finally {
    await database.destroy();
  }
}

/** The parts of the system that hold something open. */
class System {
  readonly #config: Config;
  readonly #engines: OpenEngines;
  readonly #closing: (() => Promise<unknown>)[] = [];
  readonly #contexts = new Map<string, Promise<OperationContext>>();
  #context: Promise<OperationContext> | undefined;
  #scorer: Scorer | undefined;
  #repairs = 0;

  constructor(config: Config) {
    this.#config = config;
    this.#engines = new OpenEngines(join(config.folder, 'spark'));
  }

  stack(worker: boolean, secrets: readonly string[] = []): Promise<Stack> {
    return ensureStack({ config: this.#config, migrate: migrateDatabase, worker, secrets, say });
  }

  /** What a spec refers to is in the environment of whoever asks: the worker, which reads the source, gets it from there. */
  async lendSecrets({ data: { source }, engine }: Spec): Promise<void> {
    const variables = [variableOf(source), variableOfEngine(engine)];
    const named = variables.filter((name) => name !== undefined);
    if (named.length === 0) return;
    resolveSourceUrl(source, environmentVariable, null);
    if (engine.kind === 'spark') resolveRemote(engine, environmentVariable);
    await this.stack(true, named);
  }

  context(): Promise<OperationContext> {
    if (this.#context === undefined) {
      const opening = this.stack(true).then((stack) => this.#contextAt(stack));
      this.#context = opening;
      // A server goes on: what can't be reached now may be there at the next question.
      opening.catch(() => {
        this.#context = undefined;
      });
    }
    return this.#context;
  }

  /**
   * The context, once whatever died of the stack has been started again: for who watches a run that needs it.
   * Throws `Failure('unreachable')` when that did not help several times.
   */
  async repaired(): Promise<OperationContext> {
    const dead = deadParts(this.#config);
    if (dead.length === 0) return this.context();
    if (this.#repairs++ === MAX_REPAIRS) throw diesAgain(dead, this.#config.folder);
    const stack = await this.stack(true);
    const names = stack.started.join(' and ');
    if (names !== '') say(`Died and started again: ${names}. The run goes on.`);
    this.#context = this.#contextAt(stack);
    return this.#context;
  }

  /** Keeps models open between questions. */
  async scorer(): Promise<Scorer> {
    const { Scorer } = await import('./operations/scorer.ts');
    this.#scorer ??= new Scorer(() => this.context());
    return this.#scorer;
  }

  /** What reads and computes in this process: no part is started but for a table that lies in the embedded server. */
  async workshop({ data: { source } }: Spec): Promise<Workshop> {
    return this.#workshop(await this.#dataUrl(source));
  }

  /** Where a Postgres source is; undefined for a file, and where no database for data is known. */
  async addressOf(source: Source): Promise<string | undefined> {
    return resolveSourceUrl(source, environmentVariable, await this.#dataUrl(source));
  }

  async #dataUrl(source: Source): Promise<string | null> {
    const isEmbedded = source.kind === 'postgres' && source.url === undefined;
    return isEmbedded ? (await this.stack(false)).dataUrl : null;
  }

  /** Works until told to stop: this process is the worker of the stack, or one more of a system that is elsewhere. */
  async work(stop: AbortSignal): Promise<void> {
    const { installRuntime, runWorker } = await import('./temporal/worker.ts');
    const { createActivities } = await import('../activities/index.ts');
    installRuntime();
    const stack = namedStack(this.#config) ?? (await this.stack(false));
    const context = await this.#open(stack);
    const scratchFolder = join(this.#config.folder, 'objects', 'incoming');
    await mkdir(scratchFolder, { recursive: true });
    const activities = createActivities({ ...context, scratchFolder });
    const options = { temporal: stack.temporal, activities, concurrency: CONCURRENT_ACTIVITIES };
    try {
      await runWorker(options, stop, () => announceWorkerReady(this.#config.folder));
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    await this.#engines.close();
    for (const close of this.#closing.splice(0)) await close();
  }

  /** Connections mend themselves at the same addresses; those to others stay open until `close`. */
  #contextAt(stack: Stack): Promise<OperationContext> {
    const addresses = `${stack.databaseUrl} ${stack.temporal.address}`;
    const context = this.#contexts.get(addresses) ?? this.#open(stack);
    this.#contexts.set(addresses, context);
    return context;
  }

  async #open(stack: Stack): Promise<OperationContext> {
    const database = connectDatabase({ url: stack.databaseUrl, application: 'partita' });
    const temporal = await connectClient(stack.temporal);
    this.#closing.push(
      () => database.destroy(),
      () => temporal.connection.close(),
    );
    const root = packageRoot();
    return {
      runs: createPostgresRunStore(database),
      facts: createPostgresRunFactsStore(database),
      lineage: createPostgresLineageStore(database),
      audit: createPostgresAuditStore(database),
      bookmarks: createPostgresBookmarkStore(database),
      objects: createFileObjectStore(join(this.#config.folder, 'objects')),
      temporal,
      temporalUi: stack.temporalUi,
      ...this.#workshop(stack.dataUrl),
      codeVersion: async () =>
        codeVersion(root, buildDigest(join(root, 'dist')), await workflowBundle()),
      environment: environmentFacts(),
      reportsFolder: join(this.#config.folder, 'reports'),
      user: userInfo().username,
      concurrency: 4,
    };
  }

  #workshop(dataUrl: string | null): Workshop {
    return {
      engineFor: (spec) => this.#engines.engine(engineSetting(spec)),
      snapshotRequest: (spec, baseFolder) => {
        const url = resolveSourceUrl(spec.data.source, environmentVariable, dataUrl);
        return {
          spec,
          baseFolder,
          outputFolder: join(this.#config.folder, 'objects', 'incoming'),
          limits: DEFAULT_SNAPSHOT_LIMITS,
          ...(url === undefined ? {} : { sourceUrl: url }),
        };
      },
      takeSnapshot: (request, signal) => takeSnapshot(request, signal),
      fitTimes: () => this.#fitTimes(),
      threadsFor,
    };
  }

  /** Nobody has to have trained before to plan: a server that is away, or has no schema yet, knows of no times. */
  async #fitTimes(): Promise<readonly FitTime[]> {
    const url = runningDatabase(this.#config);
    if (url === null) return [];
    const options = { url, application: 'partita plan', maxConnections: 1 };
    const database = connectDatabase(options);
    try {
      return await createPostgresRunStore(database).fitTimes(FIT_TIMES);
    } catch (error) {
      const isAway = isFailure(error) && error.kind === 'unreachable';
      if (isAway || hasNoSchema(error)) return [];
      throw error;
    } finally {
      await database.destroy();
    }
  }
}

function threadsFor({ engine }: Spec): number {
  return engine.threads === 'auto' ? availableParallelism() : engine.threads;
}

/** What a spec says about its engine, with what it refers to; defaults are those of this machine. */
function engineSetting(spec: Spec): EngineSetting {
  const { engine } = spec;
  if (engine.kind === 'local') return { kind: 'local', threads: threadsFor(spec) };
  const remote = resolveRemote(engine, environmentVariable);
  const { archive, image } = engine.runtime ?? {};
  if (archive !== undefined)
    return { kind: 'spark', remote, runtime: { kind: 'archive', folder: archive } };
  if (image !== undefined)
    return { kind: 'spark', remote, runtime: { kind: 'image', folder: image } };
  return { kind: 'spark', remote, runtime: { kind: 'artifact' } };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function diesAgain(parts: readonly PartName[], folder: string): Failure {
  const [name] = parts;
  return new Failure(
    'unreachable',
    `The ${name} has died ${MAX_REPAIRS + 1} times while this run was watched: see ${logPathOf(folder, name ?? 'worker')}, then start it with \`partita up\` and go on with \`partita attach\`.`,
  );
}
