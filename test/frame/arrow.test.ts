import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameFromArrow, frameToArrow, openArrowFile } from '../../src/frame/arrow.ts';
import { testFolder } from '../support/test-folder.ts';
import { frameOf } from './frames.ts';

describe('Arrow', () => {
  it('carries a frame there and back, missing values and all', () => {
    const option = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
    const row = fc.record({
      x: option(fc.double({ noNaN: true })),
      c: option(fc.string()),
      t: option(fc.date({ noInvalidDate: true })),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 70 }), (rows) => {
        // The first row has every value, which gives each column its kind.
        const all = [{ x: 1, c: 'a', t: new Date(0) }, ...rows];
        const frame = frameOf({
          x: all.map(({ x }) => x),
          c: all.map(({ c }) => c),
          t: all.map(({ t }) => t),
        });
        expect(frameFromArrow(frameToArrow(frame))).toEqual(frame);
      }),
    );
  });

  it('tells what is no Arrow file', async () => {
    const path = join(testFolder(), 'x.arrow');
    writeFileSync(path, 'nothing of the kind');
    await expect(openArrowFile(path)).rejects.toThrow();
  });
});
