import { mkdir, readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type Config, environmentVariable } from '../config.ts';
import { Failure } from '../domain/failure.ts';
import { buildDigest } from '../embedded/build-digest.ts';
import { logPathOf } from '../embedded/log-file.ts';
import { packageRoot, packageVersion } from '../embedded/package-root.ts';
import type { PartName } from '../embedded/part-record.ts';
import {
  deadParts,
  ensureStack,
  namedStack,
  runningDatabase,
  type Stack,
} from '../embedded/stack.ts';
import { announceWorkerReady } from '../embedded/worker-process.ts';
import { OpenEngines } from '../engines/open-engines.ts';
import { digestBytes } from '../frame/digest.ts';
import type { OperationContext, Workshop } from '../operations/context.ts';
import { codeVersion, environmentFacts } from '../operations/environment.ts';
import { checkIntegrity } from '../operations/integrity.ts';
import type { Scorer } from '../operations/scorer.ts';
import { settleRuns } from '../operations/settle.ts';
import { createWorkshop, incomingFolder } from '../operations/workshop.ts';
import { resolveSourceUrl } from '../sources/source-url.ts';
import { resolveRemote, variableOfEngine } from '../spec/engine.ts';
import { type Source, variableOf } from '../spec/source.ts';
import type { Spec, TableSpec } from '../spec/spec.ts';
import type { CheckedInvariants } from '../stores/integrity-store.ts';
import { hasNoSchema } from '../stores/postgres/connect.ts';
import { knownFitTimes, knownKeys } from '../stores/postgres/known-before.ts';
import { openPostgresStores } from '../stores/postgres/open-stores.ts';
import type { LiveRuns } from '../temporal/runs.ts';
import type { Tracing } from '../temporal/tracing.ts';
import { workflowBundle, workflowVersion } from '../temporal/workflow-bundle.ts';
import { migrateDatabase } from './migrate-database.ts';
import { openObjects } from './objects.ts';

/** Batches that one worker works on at once: enough to keep every thread busy while others commit. */
const CONCURRENT_ACTIVITIES = 8;

/** How soon others hear of what happened. */
const RELAY_PAUSE_MS = 1_000;

/** What dies again and again is not helped by starting it. */
const MAX_REPAIRS = 5;

/** Who runs this process, for the record; a user without a name is known by the number. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`;
  }
}

/** The parts of the system that hold something open. */
export class System {
  readonly #config: Config;
  readonly #engines: OpenEngines;
  readonly #closing: (() => Promise<unknown>)[] = [];
  readonly #contexts = new Map<string, Promise<OperationContext>>();
  #context: Promise<OperationContext> | undefined;
  readonly #tracing = untilItWorks(() => this.#startTracing());
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
    const { Scorer } = await import('../operations/scorer.ts');
    this.#scorer ??= new Scorer(() => this.context());
    return this.#scorer;
  }

  /** Of the record that runs now: looking at it starts nothing. */
  async checkIntegrity(): Promise<CheckedInvariants> {
    const url = runningDatabase(this.#config);
    if (url === null)
      throw new Failure(
        'unreachable',
        `No database runs for ${this.#config.folder}: start it with \`partita up\`.`,
      );
    const { stores, close } = openPostgresStores(url);
    try {
      const objects = await openObjects(this.#config);
      return await checkIntegrity({ ...stores, objects });
    } catch (cause) {
      if (!hasNoSchema(cause)) throw cause;
      const message = 'The database has not all tables of this version: run `partita migrate`.';
      throw new Failure('conflict', message, { cause });
    } finally {
      await close();
    }
  }

  /** What reads and computes in this process: no part is started but for a table that lies in the embedded server. */
  async workshop({ data: { source } }: TableSpec): Promise<Workshop> {
    return this.#workshop(await this.#dataUrl(source));
  }

  /** Where a Postgres source is; undefined for a file, and where no database for data is known. */
  async addressOf(source: Source): Promise<string | undefined> {
    return resolveSourceUrl(source, environmentVariable, await this.#dataUrl(source));
  }

  /** Where a Postgres source is, if that is known before any part is started. */
  namedAddress(source: Source): string | undefined {
    return resolveSourceUrl(source, environmentVariable, null);
  }

  async #dataUrl(source: Source): Promise<string | null> {
    const isEmbedded = source.kind === 'postgres' && source.url === undefined;
    return isEmbedded ? (await this.stack(false)).dataUrl : null;
  }

  /** Works until told to stop: this process is the worker of the stack, or one more of a system that is elsewhere. */
  async work(stop: AbortSignal): Promise<void> {
    const { installRuntime, runWorker } = await import('../temporal/worker.ts');
    const { registerSearchAttributes } = await import('../temporal/search-attributes.ts');
    const { createActivities } = await import('../../activities/index.ts');
    installRuntime(this.#config.metricsAddress);
    const stack = namedStack(this.#config) ?? (await this.stack(false));
    const context = await this.#open(stack);
    const { objects, retention } = context;
    await objects.claimAtFirst(async () => (await retention.reachable([])).known);
    const scratchFolder = incomingFolder(this.#config.folder);
    await mkdir(scratchFolder, { recursive: true });
    const bundle = digestBytes(await partitionBundle());
    const activities = createActivities({
      ...context,
      scratchFolder,
      partitionBundle: bundle,
      isSearchable: await registerSearchAttributes(stack.temporal),
    });
    const options = {
      temporal: stack.temporal,
      activities,
      concurrency: CONCURRENT_ACTIVITIES,
      keys: this.#config.payload?.keys ?? [],
      tracing: await this.#tracing(),
      isPinned: this.#config.isPinned,
    };
    if (options.isPinned) say(await howToBeCurrent());
    const worked = new AbortController();
    const relayed = this.#relayEvents(context, worked.signal);
    const settled = settleRuns(context, worked.signal);
    try {
      await runWorker(options, stop, () => announceWorkerReady(this.#config.folder));
    } finally {
      worked.abort();
      await Promise.all([relayed, settled]);
      await this.close();
    }
  }

  /** Beside the work, which does not wait for it. */
  async #relayEvents({ outbox }: OperationContext, stop: AbortSignal): Promise<void> {
    const { lineage } = this.#config;
    if (lineage === null) return;
    const { relayEvents } = await import('../exchange/openlineage/relay.ts');
    const { openSink } = await import('../exchange/openlineage/sink.ts');
    const sink = openSink(lineage.to, (line) => process.stdout.write(line));
    const version = packageVersion();
    const producer = { uri: `urn:partita:${version}`, version, namespace: lineage.namespace };
    await relayEvents({ outbox, sink, producer, say, pauseMs: RELAY_PAUSE_MS }, stop);
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
    const { stores, close } = openPostgresStores(stack.databaseUrl);
    this.#closing.push(close);
    const root = packageRoot();
    const owner = untilItWorks(() => stores.retention.owner());
    return {
      ...stores,
      objects: await openObjects(this.#config, owner),
      temporal: untilItWorks(() => this.#connectRuns(stack)),
      temporalUi: stack.temporalUi,
      ...this.#workshop(stack.dataUrl),
      codeVersion: async () =>
        codeVersion(root, buildDigest(join(root, 'dist')), {
          workflows: await workflowBundle(),
          partitions: await partitionBundle(),
        }),
      environment: environmentFacts(),
      reportsFolder: join(this.#config.folder, 'reports'),
      user: userName(),
      concurrency: 4,
    };
  }

  async #connectRuns(stack: Stack): Promise<LiveRuns> {
    const { connectLiveRuns } = await import('../temporal/runs.ts');
    const keys = this.#config.payload?.keys;
    const runs = await connectLiveRuns(stack.temporal, keys, await this.#tracing());
    this.#closing.push(() => runs.close());
    return runs;
  }

  /** Null: nobody has asked for traces, and nothing of them is loaded. */
  async #startTracing(): Promise<Tracing | null> {
    if (this.#config.traces === null) return null;
    const { startTracing } = await import('../temporal/tracing.ts');
    const tracing = startTracing(packageVersion(), say);
    this.#closing.push(() => tracing.close());
    return tracing;
  }

  #workshop(dataUrl: string | null): Workshop {
    return createWorkshop({
      engines: this.#engines,
      folder: this.#config.folder,
      dataUrl,
      secrets: environmentVariable,
      fitTimes: () => knownFitTimes(runningDatabase(this.#config)),
      knownKeys: (asked) => knownKeys(runningDatabase(this.#config), asked),
      maker: async () => ({
        code: digestBytes(await partitionBundle()),
        environment: environmentFacts(),
      }),
    });
  }
}

/** Made at the first call and kept; what failed is tried again at the next. */
function untilItWorks<Thing>(make: () => Promise<Thing>): () => Promise<Thing> {
  let made: Promise<Thing> | undefined;
  return async () => {
    made ??= make();
    made.catch(() => {
      made = undefined;
    });
    return made;
  };
}

/** What fits models: every partition function with all it needs, kernels included, as one file. */
export function partitionBundle(): Promise<Uint8Array> {
  return readFile(join(packageRoot(), 'dist/spark/task-thread.cjs'));
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function howToBeCurrent(): Promise<string> {
  const id = workflowVersion(await workflowBundle());
  return `This worker is version ${id}: new runs come to it once that is the current one (temporal worker deployment set-current-version --deployment-name partita --build-id ${id}).`;
}

function diesAgain(parts: readonly PartName[], folder: string): Failure {
  const [name] = parts;
  return new Failure(
    'unreachable',
    `The ${name} has died ${MAX_REPAIRS + 1} times while this run was watched: see ${logPathOf(folder, name ?? 'worker')}, then start it with \`partita up\` and go on with \`partita attach\`.`,
  );
}
