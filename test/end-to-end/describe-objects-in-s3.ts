import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DoctorResult } from '../../src/cli/commands/doctor.ts';
import { logPathOf } from '../../src/embedded/log-file.ts';
import type { Garbage } from '../../src/operations/collect-garbage.ts';
import { seededDraws } from '../support/draws.ts';
import { csvOf, type Partita } from '../support/partita.ts';
import { BUCKET, startTestS3, type TestS3 } from '../support/s3.ts';

const ROWS = ['north', 'south'].flatMap((k, i) => {
  const draws = seededDraws(70 + i);
  return Array.from({ length: 80 }, () => {
    const [a, b] = [draws.normal(), draws.normal()];
    return { k, a, b, y: a + b * i > 0.2 * draws.normal() ? 'up' : 'down' };
  });
});

/** On a stack that stands: its worker is replaced by one that knows the bucket. */
export function describeObjectsInS3(partita: Partita): void {
  describe('a run with objects in a bucket', () => {
    const cache = join(partita.folder, '.partita', 'objects');
    let s3: TestS3;
    let names: readonly string[];

    beforeAll(async () => {
      s3 = await startTestS3();
      const named = { ...s3.environment, PARTITA_OBJECTS: `s3://${BUCKET}/runs` };
      names = Object.keys(named);
      Object.assign(partita.environment, named);
    });
    afterAll(async () => {
      for (const name of names) delete partita.environment[name];
      await s3?.stop();
    });

    it('answers the same bytes when the local cache is gone, and its objects are found and collected there', async () => {
      const data = partita.write('bucket.csv', csvOf(ROWS));
      const spec = partita.writeSpec({
        name: 'bucket',
        data: { source: { kind: 'csv', path: 'bucket.csv' } },
        partition: { by: 'k' },
        target: { column: 'y', task: 'classification' },
        algorithms: ['logistic'],
      });
      const { code, result, stderr } = await partita.run(spec);
      expect([code, result.status], stderr).toEqual([0, 'SUCCEEDED']);

      const predicted = async (name: string) => {
        const out = join(partita.folder, name);
        const ended = await partita.command('predict', result.runId, '--data', data, '--out', out);
        expect(ended.code, ended.stderr).toBe(0);
        return readFileSync(out, 'utf8');
      };
      const before = await predicted('before.csv');
      rmSync(join(cache, 'sha256'), { recursive: true });
      expect(await predicted('after.csv')).toBe(before);

      const { findings } = await partita.json<DoctorResult>('doctor');
      expect(findings.find(({ name }) => name === 'objects')).toMatchObject({ level: 'ok' });
      expect((await partita.command('runs', 'delete', result.runId)).code).toBe(0);
      const { objects } = await partita.json<Garbage>('gc', '--keep-days', '0');
      expect(objects.count).toBeGreaterThan(0);
      expect(await s3.keys('runs/sha256/')).toEqual([]);
      const log = readFileSync(logPathOf(join(partita.folder, '.partita'), 'worker'), 'utf8');
      expect(log).not.toContain('testing-secret');
    }, 240_000);
  });
}
