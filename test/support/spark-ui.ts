import type { TestSpark } from './spark.ts';

/** Settings of a server that tells what it does. */
export const WITH_UI = { 'spark.ui.enabled': 'true', 'spark.ui.port': '0' };

/** What a server with `WITH_UI` did for an operation of a client. */
export type SparkWork = { readonly operation: string; readonly isRunning: boolean };

/** Every job of Spark's that belongs to an operation, in any order; an operation may have several. */
export async function sparkWork({ log }: TestSpark): Promise<readonly SparkWork[]> {
  const port = /Successfully started service 'SparkUI' on port (\d+)/.exec(log())?.[1];
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/applications${path}`);
    return (await answer.json()) as readonly { readonly [name: string]: unknown }[];
  };
  const [application] = await ask('');
  const jobs = await ask(`/${String(application?.['id'])}/jobs`);
  return jobs.flatMap(({ jobTags, status }) => {
    const operation = /_Operation_([0-9a-f-]{36})/.exec(String(jobTags))?.[1];
    return operation === undefined ? [] : [{ operation, isRunning: status === 'RUNNING' }];
  });
}
