import { describe, expect, it } from 'vitest';
import { engineSchema, resolveRemote, variableOfEngine } from '../../src/spec/engine.ts';

describe('the engine of a spec', () => {
  it('is local, unless it says otherwise', () => {
    expect(engineSchema.parse({})).toEqual({ kind: 'local', threads: 'auto' });
  });

  it.each(['sc://spark.example:15002', 'sc://h:1/;use_ssl=true;user_id=ann', '${env:SPARK}'])(
    'may be a Spark cluster at %s',
    (remote) => {
      expect(engineSchema.parse({ kind: 'spark', remote })).toMatchObject({ remote });
    },
  );

  it('takes an address with a token from the environment, and only where Spark is used', () => {
    const engine = engineSchema.parse({ kind: 'spark', remote: '${env:SPARK}' });
    const address = 'sc://far:443/;token=hush';
    expect(variableOfEngine(engine)).toBe('SPARK');
    expect(resolveRemote(engine, (name) => (name === 'SPARK' ? address : undefined))).toBe(address);
    expect(() => resolveRemote(engine, () => undefined)).toThrow('SPARK, which is not set');
    expect(variableOfEngine({ ...engine, kind: 'local' })).toBeUndefined();
  });
});
