import type { SweptFolders } from '../operations/collect-garbage.ts';
import type { OperationContext } from '../operations/context.ts';
import { askedBy, modelSets } from '../operations/model-sets.ts';
import { quarantines } from '../operations/quarantines.ts';
import { schedules } from '../operations/schedules.ts';
import type { Services } from '../operations/services.ts';
import type { Spec } from '../spec/spec.ts';

type Act = <Result>(action: (context: OperationContext) => Promise<Result>) => Promise<Result>;

/** What is asked of runs that were made: again, compared, and whether their record was touched. Each is loaded when asked. */
export function ledgerServices(
  act: Act,
  lendSecrets: (spec: Spec) => Promise<void>,
  folders: SweptFolders,
): Pick<
  Services,
  | 'retry'
  | 'reproduce'
  | 'compareReproduction'
  | 'recordReproduction'
  | 'diff'
  | 'drift'
  | 'schedules'
  | 'audit'
  | 'verifyAudit'
  | 'auditTrail'
  | 'exportAudit'
  | 'modelSets'
  | 'quarantines'
  | 'card'
  | 'deleteRun'
  | 'restoreRun'
  | 'collectGarbage'
> {
  const lend = async (run: string) => lendSecrets((await act(({ runs }) => runs.run(run))).spec);
  return {
    retry: async (request) => {
      const { retryRun } = await import('../operations/retry.ts');
      await lend(request.run);
      return act((context) => retryRun(context, request));
    },
    reproduce: async (run, by) => {
      const { startReproduction } = await import('../operations/reproduce.ts');
      await lend(run);
      return act((context) => startReproduction(context, run, by));
    },
    compareReproduction: async (run) => {
      const { compareReproduction } = await import('../operations/reproduce.ts');
      return act((context) => compareReproduction(context, run));
    },
    recordReproduction: async (run, by) => {
      const { recordReproduction } = await import('../operations/reproduce.ts');
      return act((context) => recordReproduction(context, run, by));
    },
    diff: async (a, b) => {
      const { compareRuns } = await import('../operations/compare-runs.ts');
      return act(async (context) =>
        compareRuns(context, await context.runs.run(a), await context.runs.run(b)),
      );
    },
    ...auditServices(act),
    modelSets: modelSets(act),
    drift: async (request, use, signal) => {
      const { findDrift } = await import('../operations/drift.ts');
      return act((context) => findDrift(context, request, use, signal));
    },
    schedules: schedules(act, lendSecrets),
    quarantines: quarantines(act),
    card: async (model, format) => {
      const { modelReview } = await import('../operations/card.ts');
      return act((context) => modelReview(context, model, format));
    },
    deleteRun: (run, by) => act((context) => context.retention.remove(run, askedBy(context, by))),
    restoreRun: (run, by) => act((context) => context.retention.restore(run, askedBy(context, by))),
    collectGarbage: async (request) => {
      const { collectGarbage } = await import('../operations/collect-garbage.ts');
      return act((context) => collectGarbage(context, request, folders));
    },
  };
}

/** Who did what, and whether the record is as it was written. */
function auditServices(
  act: Act,
): Pick<Services, 'audit' | 'verifyAudit' | 'auditTrail' | 'exportAudit'> {
  return {
    audit: {
      append: (event) => act(({ audit }) => audit.append(event)),
      list: (page) => act(({ audit }) => audit.list(page)),
    },
    verifyAudit: async (checkpoint) => {
      const { verifyAudit } = await import('../operations/audit.ts');
      return act(({ audit }) => verifyAudit(audit, checkpoint));
    },
    auditTrail: async () => {
      const { auditTrail } = await import('../operations/audit.ts');
      return act(({ audit }) => auditTrail(audit));
    },
    exportAudit: async (out) => {
      const { exportAudit } = await import('../operations/audit.ts');
      return act(({ audit }) => exportAudit(audit, out));
    },
  };
}
