import { describe, expect, it } from 'vitest';
import type { PackMember } from '../../src/stores/objects/pack.ts';
import { objectsOf } from '../../src/stores/postgres/training-rows.ts';
import { trainedOf } from './made-up-run.ts';

describe('the packs of trained partitions', () => {
  it('are known as packs of models where any model is in one, in whatever order', () => {
    const { model } = trainedOf('a');
    const shared = model as PackMember;
    const [both, alone] = [
      { ...trainedOf('a'), predictions: { ...shared, offset: shared.length } },
      { ...trainedOf('b'), model: null, predictions: { ...shared, offset: shared.length * 2 } },
    ];
    for (const trained of [
      [both, alone],
      [alone, both],
    ]) {
      const packs = objectsOf(trained).filter(({ kind }) => kind.endsWith('pack'));
      expect(packs).toEqual([
        { digest: shared.pack, kind: 'model_pack', byteSize: shared.length * 3 },
      ]);
    }
  });
});
