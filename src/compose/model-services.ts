import { environmentVariable } from '../config.ts';
import type { OperationContext } from '../operations/context.ts';
import type { Services } from '../operations/services.ts';
import { setFiles } from '../operations/set-files.ts';
import { type System, userName } from './system.ts';

type Act = <Result>(action: (context: OperationContext) => Promise<Result>) => Promise<Result>;

/** Models of runs: what they answer, what is told of one, and how they leave this system. */
export function modelServices(
  act: Act,
  system: System,
): Pick<
  Services,
  | 'predict'
  | 'predictTable'
  | 'score'
  | 'scoreByModel'
  | 'modelCard'
  | 'predictions'
  | 'exportModel'
  | 'exportToMlflow'
  | 'setFiles'
> {
  return {
    setFiles: setFiles(act, userName),
    predict: async (request) => {
      const { predict, predictFromSet } = await import('../operations/predict.ts');
      if ('set' in request) return predictFromSet((spec) => system.workshop(spec), request);
      return act((context) => predict(context, request));
    },
    predictTable: async (request, signal) => {
      const { predictTable } = await import('../operations/predict-table.ts');
      return act((context) => predictTable(context, request, signal));
    },
    score: async (run, rows, options) => (await system.scorer()).score(run, rows, options),
    scoreByModel: async (model, rows, options) =>
      (await system.scorer()).scoreByModel(model, rows, options),
    modelCard: async (model) => {
      const { modelCard } = await import('../operations/model-card.ts');
      return act((context) => modelCard(context, model));
    },
    predictions: async (request) => {
      const { writePredictions } = await import('../operations/predictions.ts');
      return act((context) => writePredictions(context, request));
    },
    exportModel: async (model, format) => {
      const { exportModel } = await import('../operations/export-model.ts');
      return act((context) => exportModel(context, model, format));
    },
    exportToMlflow: async (run, url) => {
      const { exportToMlflow } = await import('../operations/export-mlflow.ts');
      const { mlflowAddress } = await import('../exchange/mlflow/address.ts');
      const address = mlflowAddress(url, environmentVariable);
      return act((context) => exportToMlflow(context, run, address));
    },
  };
}
