import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../src/spec/parse-spec.ts';
import { sourceSchema } from '../../src/spec/source.ts';
import { checkReach } from '../../src/web/submitted-spec.ts';
import { soleProblem } from './refusals.ts';

const SPARK = 'engine: { kind: spark, remote: "sc://h:1" }';

/** `bins`: of the key. */
function specOf(source: string, more: string, bins = '{}'): string {
  return `version: 1
name: s
data: { source: ${source} }
partition: { by: k, bins: ${bins} }
target: { column: y, task: regression }
${more}
`;
}

describe('a source on Spark', () => {
  it.each(['readings', 'sales.readings', 'main.sales.`odd name`'])(
    'may be the table %s',
    (table) => {
      const text = specOf(`{ kind: spark, table: '${table}' }`, SPARK);
      expect(parseSpec(text, { fileName: 's.yaml' }).spec.data.source).toEqual({
        kind: 'spark',
        table,
      });
    },
  );

  it.each(['parquet.`/etc/x`', '`csv`.`x`', 'JSON.`x`'])(
    'is no file by way of a table: %s',
    (table) => {
      expect(sourceSchema.safeParse({ kind: 'spark', table }).success).toBe(false);
    },
  );

  it('is a table or a path that means the same everywhere', () => {
    for (const path of ['/data/x', 's3a://bucket/x'])
      expect(sourceSchema.safeParse({ kind: 'spark', path }).success).toBe(true);
    expect(sourceSchema.safeParse({ kind: 'spark', path: 'data/x' }).success).toBe(false);
    expect(sourceSchema.safeParse({ kind: 'spark' }).success).toBe(false);
  });

  it('needs its cluster, and borders where it is cut into bins', () => {
    const local = soleProblem(specOf('{ kind: spark, table: t }', ''));
    expect([local.path, local.message]).toEqual([
      ['data', 'source'],
      expect.stringContaining('engine: { kind: spark'),
    ]);
    const bins = soleProblem(specOf('{ kind: spark, table: t }', SPARK, '{ k: { count: 3 } }'));
    expect([bins.path, bins.message]).toEqual([
      ['partition', 'bins', 'k'],
      expect.stringContaining('write `edges`'),
    ]);
  });

  it('is a table only, where others may ask for it over HTTP', () => {
    const server = {
      workingFolder: '/tmp',
      services: { stateFolder: '/tmp/.partita' },
    } as Parameters<typeof checkReach>[0];
    expect(() => checkReach(server, { kind: 'spark', table: 't' })).not.toThrow();
    expect(() => checkReach(server, { kind: 'spark', path: '/tmp/x' })).toThrow(/over HTTP/);
  });
});
