import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exportModel } from '../../src/operations/export-model.ts';
import { createFileObjectStore } from '../../src/stores/objects/file-object-store.ts';
import { LINEAGE } from '../cli/made-up-lineage.ts';
import { testFolder } from '../support/test-folder.ts';

const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/onnx/onnx.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly { readonly pipeline: string }[] };
const bytes = Buffer.from(fixture.cases[0]?.pipeline ?? '', 'base64');

/** A store whose only pack holds the model behind a few other bytes. */
async function contextWithModel() {
  const objects = createFileObjectStore(testFolder());
  const pack = await objects.put(Buffer.concat([Buffer.from('before'), bytes]));
  const places = [{ pack, offset: 6, length: bytes.length }];
  const lineage = { lineageOfModel: () => Promise.resolve({ ...LINEAGE, places }) };
  return { objects, lineage };
}

describe('an exported model', () => {
  it('is JSON of its columns, its handling and its trees', async () => {
    const text = await exportModel(await contextWithModel(), '9f2c', 'json');
    const json = JSON.parse(Buffer.from(text).toString('utf8')) as Record<string, unknown>;
    expect(json).toMatchObject({ digest: LINEAGE.model, target: 'load', task: 'classification' });
    expect(json['model']).toMatchObject({ algorithm: 'gradient_boosting', link: 'softmax' });
    expect(json['handling']).toHaveProperty('columns');
  });

  it('is an ONNX file that says what it predicts', async () => {
    const onnx = await exportModel(await contextWithModel(), '9f2c', 'onnx');
    expect(Buffer.from(onnx).toString('latin1')).toContain('TreeEnsemble');
    expect(Buffer.from(onnx).toString('utf8')).toContain(
      'load by gradient_boosting: high, low, mid',
    );
  });

  it('is refused when its bytes are nowhere', async () => {
    const { objects, lineage } = await contextWithModel();
    const nowhere = {
      objects,
      lineage: {
        lineageOfModel: async () => ({ ...(await lineage.lineageOfModel()), places: [] }),
      },
    };
    await expect(exportModel(nowhere, '9f2c', 'onnx')).rejects.toThrow(/are gone/);
  });
});
