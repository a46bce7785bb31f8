import { join } from 'node:path';
import { debugServices } from './compose/debug-services.ts';
import { ledgerServices } from './compose/ledger-services.ts';
import { migrateDatabase } from './compose/migrate-database.ts';
import { modelServices } from './compose/model-services.ts';
import { checkObjects } from './compose/objects.ts';
import { System } from './compose/system.ts';
import { type Config, readConfig } from './config.ts';
import type { OperationContext } from './operations/context.ts';
import { overview } from './operations/overview.ts';
import { runReport } from './operations/report.ts';
import { resultText, runResult } from './operations/result.ts';
import { runFacts } from './operations/run-facts.ts';
import { controlRun, insist, runState, watchRun } from './operations/run-state.ts';
import { listRuns } from './operations/runs.ts';
import type { Services } from './operations/services.ts';
import { sourceLook } from './operations/sources.ts';
import { submitRun } from './operations/submit.ts';
import { checkSource } from './sources/check-source.ts';

/**
 * Everything wired together. Opens nothing; each call connects to what it needs, and loads what only it needs: the worker,
 * DuckDB and the estimators would double the time and memory of a command that only submits or asks.
 */
export async function createServices(config: Config = readConfig()): Promise<Services> {
  const system = new System(config);
  const act = async <Result>(action: (context: OperationContext) => Promise<Result>) =>
    action(await system.context());
  return {
    ...ledgerServices(act, (spec) => system.lendSecrets(spec), {
      uploads: join(config.folder, 'uploads'),
      drift: join(config.folder, 'web', 'drift'),
    }),
    ...debugServices(act, system, join(config.folder, 'functions')),
    ...modelServices(act, system),
    stateFolder: config.folder,
    submit: async (prepared, options) => {
      const { source } = prepared.spec.data;
      // Before any part is started; under a key the run may be there already.
      if (options?.idempotencyKey === undefined)
        await checkSource(source, prepared.baseFolder, system.namedAddress(source));
      await system.lendSecrets(prepared.spec);
      return act((context) => submitRun(context, prepared, options));
    },
    state: (run) => act((context) => runState(context, run)),
    watch: (run, onState, signal) => watchRun(() => system.repaired(), run, onState, signal),
    control: (run, control, by) => act((context) => controlRun(context, run, control, by)),
    // Who has watched a run over outages is not told of one at its end.
    result: (run) =>
      insist(() => act((context) => runResult(context, run)), new AbortController().signal),
    resultText: (run) => act((context) => resultText(context, run)),
    runs: (options) => act((context) => listRuns(context, options)),
    report: (run, format) => act((context) => runReport(context, run, format)),
    facts: runFacts(act),
    overview: overview(act),
    sources: sourceLook(config.folder, (source) => system.addressOf(source)),
    diagnose: async () => {
      const { diagnose } = await import('./embedded/diagnosis.ts');
      return (await Promise.all([diagnose(config), checkObjects(config)])).flat();
    },
    checkIntegrity: () => system.checkIntegrity(),
    temporalUi: () => act(async ({ temporalUi }) => temporalUi),
    plan: async (prepared) => {
      const { planRun } = await import('./operations/plan.ts');
      return planRun(await system.workshop(prepared.spec), prepared);
    },
    advise: async (request, signal) => {
      const { adviseOn } = await import('./operations/advise.ts');
      return adviseOn(await system.workshop(request.spec), request, signal);
    },
    lineage: (model) => act(({ lineage }) => lineage.lineageOfModel(model)),
    bundleForSpark: async (request) => {
      const { bundleForSpark } = await import('./operations/spark-bundle.ts');
      return bundleForSpark(request);
    },
    loadExample: async () => {
      const { loadMiningExample } = await import('./operations/mining-example.ts');
      return loadMiningExample((await system.stack(true)).dataUrl);
    },
    migrate: async () => {
      const { ownerUrl, databaseUrl } = await system.stack(false);
      return migrateDatabase({ owner: ownerUrl, app: databaseUrl });
    },
    work: (stop) => system.work(stop),
    close: () => system.close(),
  };
}
