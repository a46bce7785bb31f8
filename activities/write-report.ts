import { asJson } from '../src/domain/json.ts';
import type { RunStatus } from '../src/domain/run.ts';
import { canonicalJson } from '../src/frame/digest.ts';
import { collectFacts } from '../src/report/collect-facts.ts';
import { renderHtml } from '../src/report/html/page.ts';
import { sourceName } from '../src/sources/source-name.ts';
import { inActivity } from './activity-scope.ts';
import type { ActivityDependencies } from './dependencies.ts';

export function writeReportActivity({ runs, objects }: ActivityDependencies) {
  return {
    /** Facts first, then the page from the same facts; both are objects. `status` is what the run is about to end as. */
    async writeReport({
      runId,
      status,
    }: {
      readonly runId: string;
      readonly status: RunStatus;
    }): Promise<void> {
      return inActivity(async ({ attempt }) => {
        const run = { ...(await runs.run(runId)), status };
        const facts = await collectFacts({
          run,
          source: await sourceName(run.spec.data.source, run.baseFolder),
          partitions: runs.partitions(runId),
          parents: await runs.parents(runId),
          global: await runs.globalTraining(runId),
          totals: (await runs.totals(runId)).totals,
          timings: await runs.timings(runId),
        });
        const json = Buffer.from(canonicalJson(asJson(facts)));
        const html = Buffer.from(renderHtml(facts));
        const report = { json: await objects.put(json), html: await objects.put(html) };
        await runs.recordReport(
          runId,
          { ...report, byteSizes: [html.length, json.length] },
          attempt,
        );
      });
    },
  };
}
