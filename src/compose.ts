import { join } from 'node:path';
import { debugServices } from './compose/debug-services.ts';
import { ledgerServices } from './compose/ledger-services.ts';
import { migrateDatabase } from './compose/migrate-database.ts';
import { System, userName } from './compose/system.ts';
import { type Config, environmentVariable, readConfig } from './config.ts';
import type { OperationContext } from './operations/context.ts';
import { overview } from './operations/overview.ts';
import { runReport } from './operations/report.ts';
import { runResult } from './operations/result.ts';
import { runFacts } from './operations/run-facts.ts';
import { controlRun, insist, runState, watchRun } from './operations/run-state.ts';
import { listRuns } from './operations/runs.ts';
import type { Services } from './operations/services.ts';
import { setFiles } from './operations/set-files.ts';
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
    runs: (options) => act((context) => listRuns(context, options)),
    report: (run, format) => act((context) => runReport(context, run, format)),
    facts: runFacts(act),
    overview: overview(act),
    setFiles: setFiles(act, userName),
    sources: sourceLook(config.folder, (source) => system.addressOf(source)),
    diagnose: async () => (await import('./embedded/diagnosis.ts')).diagnose(config),
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
    predict: async (request) => {
      const { predict, predictFromSet } = await import('./operations/predict.ts');
      if ('set' in request) return predictFromSet((spec) => system.workshop(spec), request);
      return act((context) => predict(context, request));
    },
    predictTable: async (request, signal) => {
      const { predictTable } = await import('./operations/predict-table.ts');
      return act((context) => predictTable(context, request, signal));
    },
    score: async (run, rows, options) => (await system.scorer()).score(run, rows, options),
    scoreByModel: async (model, rows, options) =>
      (await system.scorer()).scoreByModel(model, rows, options),
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
    exportToMlflow: async (run, url) => {
      const { exportToMlflow } = await import('./operations/export-mlflow.ts');
      const { mlflowAddress } = await import('./exchange/mlflow/address.ts');
      const address = mlflowAddress(url, environmentVariable);
      return act((context) => exportToMlflow(context, run, address));
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
