import { Failure } from '../src/domain/failure.ts';
import { type RunStatus, runStatusOf } from '../src/domain/run.ts';
import { runJob } from '../src/engines/job.ts';
import { type Choice, chooseModels, chooseParents } from '../src/partition/choice.ts';
import type { SideScores } from '../src/partition/evaluate-facts.ts';
import { trainedModel } from '../src/stores/trained-model.ts';
import { type EngineScope, inEngineActivity } from './activity-scope.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { taskArgs, unionJob } from './partition-job.ts';
import { trainedParents } from './stored-inputs.ts';
import { membersOf, type Row, rowOf, totalsTask } from './totals-task.ts';

export function chooseModelsActivity(dependencies: ActivityDependencies) {
  const { runs, objects, engineFor } = dependencies;
  return {
    /** Verdicts over all partitions, who answers where, and the totals from rows. */
    async chooseModels({
      runId,
    }: {
      readonly runId: string;
    }): Promise<{ readonly status: RunStatus }> {
      const choose = async () => {
        const global = trainedModel(await runs.globalTraining(runId));
        const digest = global?.facts.model.digest ?? null;
        const { spec } = await runs.run(runId);
        const { parents: columns, ties } = spec.partition;
        const rows: Row[] = [];
        for await (const record of runs.partitions(runId))
          rows.push(rowOf(record, spec.metric, columns));
        const above = (await runs.parents(runId)).map((record) => rowOf(record, spec.metric));
        const parents = chooseParents(above, digest, ties);
        const choices = chooseModels(rows, digest, parents.answering, ties);
        return { global, rows, choices, parents };
      };
      const work = async ({ signal, attempt, bookmark }: EngineScope) => {
        const run = await runs.run(runId);
        const { global, rows, choices, parents } = await choose();
        const members = membersOf(rows, choices);
        const models = { global, parents: await trainedParents(runs, runId) };
        const task = totalsTask(run, members, { ...models, answering: parents.answering });
        const args = taskArgs(run);
        const job = await unionJob(run, objects, { name: 'totals', args, tasks: [task] });
        const [outcome] = await runJob(await engineFor(run.spec), job, signal, bookmark);
        if (outcome?.kind !== 'ok')
          throw new Failure('run-failed', `Pooling the totals failed: ${outcome?.message}`);
        const { blends = [], ...totals } = outcome.facts;
        const chosen = [...withScores(choices, blends), ...parents.choices];
        await runs.recordChoice(runId, chosen, totals, attempt);
        return { status: runStatusOf(choices) };
      };
      const recorded = async () => ({ status: runStatusOf((await choose()).choices) });
      const step = { runId, stage: 'choose', scope: 'own', batch: 0 } as const;
      return inEngineActivity(dependencies, { step, work, recorded });
    },
  };
}

/** `scores`: of the blends, in the order of the choices. */
function withScores(choices: readonly Choice[], scores: readonly SideScores[]): readonly Choice[] {
  let next = 0;
  return choices.map((choice) => {
    if (choice.blend === undefined) return choice;
    return { ...choice, blend: { ...choice.blend, scores: scores[next++] ?? null } };
  });
}
