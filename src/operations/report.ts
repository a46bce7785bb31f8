import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../domain/failure.ts';
import type { ReportFacts } from '../report/facts.ts';
import { renderMarkdown } from '../report/markdown.ts';
import { renderText } from '../report/text.ts';
import type { RunRecord } from '../stores/run-records.ts';
import type { OperationContext } from './context.ts';
import type { ReportFormat } from './requests.ts';

/** A finished run's report; every format is made from the same stored facts. */
export async function runReport(
  { runs, objects }: Pick<OperationContext, 'runs' | 'objects'>,
  id: string,
  format: ReportFormat,
): Promise<string> {
  const run = await runs.run(id);
  if (run.report === null) {
    throw new Failure('not-found', `Run ${run.runId} has no report: it is ${run.status}.`);
  }
  const text = async (digest: typeof run.report.json) =>
    Buffer.from(await objects.get(digest)).toString('utf8');
  if (format === 'html') return text(run.report.html);
  const json = await text(run.report.json);
  if (format === 'json') return json;
  const facts = JSON.parse(json) as ReportFacts;
  return format === 'md' ? renderMarkdown(facts) : renderText(facts);
}

/** Writes a run's page to `<folder>/<run>.html`, whole or not at all, and returns that path; null when it has none. */
export async function writeReportPage(
  { objects, reportsFolder }: Pick<OperationContext, 'objects' | 'reportsFolder'>,
  { runId, report }: Pick<RunRecord, 'runId' | 'report'>,
): Promise<string | null> {
  if (report === null) return null;
  const path = join(reportsFolder, `${runId}.html`);
  const unfinished = `${path}.${process.pid}.unfinished`;
  await mkdir(reportsFolder, { recursive: true, mode: 0o700 });
  await writeFile(unfinished, await objects.get(report.html), { mode: 0o600 });
  await rename(unfinished, path);
  return path;
}
